package dev.holdfast.benchmarks.transparency;

import dev.holdfast.benchmarks.transparency.Setting.Shape;
import dev.holdfast.benchmarks.transparency.Step.Api;
import dev.holdfast.benchmarks.transparency.Step.AutoFlush;
import dev.holdfast.benchmarks.transparency.Step.Cancel;
import dev.holdfast.benchmarks.transparency.Step.Dispatch;
import dev.holdfast.benchmarks.transparency.Step.Do;
import dev.holdfast.benchmarks.transparency.Step.Elsewhere;
import dev.holdfast.benchmarks.transparency.Step.Flush;
import dev.holdfast.benchmarks.transparency.Step.Heard;
import dev.holdfast.benchmarks.transparency.Step.Listen;
import dev.holdfast.benchmarks.transparency.Step.Listen.Verb;
import dev.holdfast.benchmarks.transparency.Step.Pause;
import dev.holdfast.benchmarks.transparency.Step.Pause.Length;
import dev.holdfast.benchmarks.transparency.Step.Repeat;
import dev.holdfast.benchmarks.transparency.Step.Settle;
import dev.holdfast.benchmarks.transparency.Step.Together;
import dev.holdfast.benchmarks.transparency.Step.Up;
import dev.holdfast.benchmarks.transparency.Step.Within;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** A few steps that belong together. */
final class Phrases {

  /** {@code requestQueueSize} of programs that bound it. */
  static final int BOUND = 10;

  /** More commands than the guard holds by default. */
  private static final int HUGE = 12_000;

  private final Random random;
  private final Setting setting;
  private final Calls calls;
  private final Transactions transactions;
  private final boolean idles;
  private final int connection;

  Phrases(Random random, Setting setting, boolean idles) {
    this.random = random;
    this.setting = setting;
    this.idles = idles;
    this.calls = new Calls(random, setting);
    this.connection = setting.shape() == Shape.TWO ? random.nextInt(2) : 0;
    this.transactions = new Transactions(random, calls, connection, pause());
  }

  List<Step> any() {
    if (setting.shape() == Shape.LISTENING && random.nextInt(3) == 0) {
      return listening();
    }
    return switch (random.nextInt(18)) {
      case 0, 1, 2 -> plain();
      case 3, 4 -> burst();
      case 5, 6, 7 -> batch();
      case 8, 9, 10 -> fits(transactions.one());
      case 11 -> fits(transactions.inOneFlush(random.nextInt(40) == 0 && idles ? HUGE : 6));
      case 12 -> fits(transactions.denied());
      case 13 -> session();
      case 14 -> setting.shared() ? plain() : blocking();
      case 15 -> cancelled();
      case 16 -> setting.resp3() ? tracking() : scripts();
      default -> setting.codec() == CodecKind.REFUSING ? unencodable() : together();
    };
  }

  /** Leaves nothing behind. */
  List<Step> clean() {
    return switch (random.nextInt(5)) {
      case 0, 1 -> plain();
      case 2 -> batch();
      case 3 -> fits(transactions.whole());
      default -> burst();
    };
  }

  /** What is the end of a session's use. */
  List<Step> last() {
    return switch (random.nextInt(20)) {
      case 0 -> replyOff();
      case 1 -> monitor();
      case 2 -> fits(transactions.open());
      default -> List.of();
    };
  }

  /** A burst may be too long for a bounded queue, or not, as the answers happen to come. */
  private List<Step> fits(List<Step> steps) {
    return setting.queueSize() == 0 ? steps : plain();
  }

  private Pause pause() {
    return new Pause(idles ? Length.IDLE : Length.MOMENT);
  }

  private Step call(Api api, Call call) {
    return new Do(connection, api, call);
  }

  private Step sync(String template) {
    return call(Api.SYNC, calls.of(template));
  }

  private Step async(String template) {
    return call(Api.ASYNC, calls.of(template));
  }

  private Api api() {
    return Pick.api(random);
  }

  private List<Step> plain() {
    List<Step> steps = new ArrayList<>();
    for (int i = 1 + random.nextInt(4); i > 0; i--) {
      if (random.nextInt(4) == 0) {
        steps.add(pause());
      }
      steps.add(call(setting.queueSize() == 0 ? api() : Api.SYNC, calls.data()));
    }
    steps.add(new Settle(connection));
    return steps;
  }

  private List<Step> burst() {
    List<Step> steps = new ArrayList<>();
    steps.add(pause());
    for (int i = 1 + random.nextInt(BOUND); i > 0; i--) {
      steps.add(call(random.nextBoolean() ? Api.ASYNC : Api.REACTIVE, calls.data()));
    }
    steps.add(new Settle(connection));
    return steps;
  }

  private List<Step> batch() {
    List<Step> steps = new ArrayList<>();
    steps.add(new Settle(connection));
    if (random.nextBoolean()) {
      steps.add(pause());
    }
    if (random.nextInt(4) == 0) {
      List<Call> together = new ArrayList<>();
      for (int i = 1 + random.nextInt(BOUND); i > 0; i--) {
        together.add(calls.data());
      }
      steps.add(new Dispatch(connection, List.copyOf(together)));
      steps.add(new Settle(connection));
      return steps;
    }
    steps.add(new AutoFlush(connection, false));
    if (setting.queueSize() == 0 && random.nextInt(idles ? 2 : 60) == 0) {
      steps.add(new Repeat(connection, HUGE, calls.of("I INCR n1")));
    } else {
      int size = setting.queueSize() == 0 ? 1 + random.nextInt(30) : BOUND;
      for (int i = size; i > 0; i--) {
        steps.add(call(Api.ASYNC, calls.data()));
      }
    }
    steps.add(new Flush(connection));
    steps.add(new AutoFlush(connection, true));
    steps.add(new Settle(connection));
    if (setting.queueSize() > 0) {
      steps.add(new Pause(Length.WHILE)); // Lettuce counts a call as queued until a moment later
    }
    return steps;
  }

  private List<Step> session() {
    List<String> templates =
        List.of(
            "S SELECT 1",
            "S SELECT 2",
            "S SELECT 99",
            "S SELECT 0",
            "S CLIENT SETNAME shop",
            "V CLIENT GETNAME",
            "S CLIENT NO-EVICT ON",
            "S AUTH other secret",
            "S AUTH other wrong",
            "V ACL WHOAMI",
            "S UNWATCH");
    List<Step> steps = new ArrayList<>();
    for (int i = 1 + random.nextInt(3); i > 0; i--) {
      steps.add(call(random.nextBoolean() ? Api.SYNC : Api.ASYNC, call(templates)));
      steps.add(call(Api.SYNC, calls.data()));
    }
    return steps;
  }

  private Call call(List<String> templates) {
    return calls.of(Pick.one(random, templates));
  }

  private List<Step> blocking() {
    return switch (random.nextInt(4)) {
      case 0 -> List.of(sync("I RPUSH b0 <v>"), pause(), sync("A BLPOP b0 1"));
      case 1 -> List.of(async("A BLPOP b1 0.2"), async("V GET <k>"), new Settle(connection));
      case 2 ->
          List.of(
              new Within(connection, 60, calls.of("A BLPOP b2 0.5")),
              sync("I INCR n1"),
              pause(),
              sync("S SET <k> <v>"));
      default ->
          List.of(
              async("A XREAD BLOCK 100 STREAMS <x> 9-1"),
              async("I INCR n2"),
              new Settle(connection));
    };
  }

  private List<Step> cancelled() {
    String first = random.nextInt(3) == 0 ? "S MULTI" : "I INCR n1";
    return List.of(
        new Settle(connection),
        pause(),
        new AutoFlush(connection, false),
        async("S SET <k> <v>"),
        async(first),
        new Cancel(connection),
        async("I INCR n2"),
        new Flush(connection),
        new AutoFlush(connection, true),
        new Settle(connection),
        pause(),
        sync("I INCR n1"));
  }

  private List<Step> tracking() {
    return List.of(
        sync("S CLIENT TRACKING ON"),
        sync("V GET k0"),
        pause(),
        new Elsewhere(List.of("SET", "k0", "changed")),
        new Heard(1),
        sync("S CLIENT TRACKING OFF"),
        sync("S SET <k> <v>"));
  }

  private List<Step> scripts() {
    String library =
        "#!lua_name=shop\nredis['register'..string.char(95)..'function']('buy',function(keys)_return_redis.call('INCR',keys[1])_end)";
    return List.of(
        sync("V FUNCTION LOAD REPLACE " + library),
        pause(),
        sync("I FCALL buy 1 n1"),
        sync("I FCALL nothing 1 n1"),
        sync("A SCRIPT EXISTS 0123456789012345678901234567890123456789"));
  }

  /** With nothing else under way: Lettuce closes the connection. */
  private List<Step> unencodable() {
    Call refused =
        new Call(
            Naming.PLAIN,
            Call.Reply.STATUS,
            List.of(
                new Call.Word(Call.Kind.KEYWORD, "SET"),
                new Call.Word(Call.Kind.KEY, "k0"),
                new Call.Word(Call.Kind.VALUE, Codec.UNENCODABLE)));
    return List.of(
        new Settle(connection),
        pause(),
        call(Api.SYNC, refused),
        new Up(connection),
        sync("I INCR n1"));
  }

  private List<Step> together() {
    if (setting.queueSize() != 0) {
      return plain();
    }
    List<Step> one = new ArrayList<>();
    List<Step> other = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      one.add(call(i % 2 == 0 ? Api.SYNC : Api.ASYNC, calls.of("I INCR n5")));
      other.add(call(i % 3 == 0 ? Api.ASYNC : Api.SYNC, calls.of("I RPUSH b5 <v>")));
    }
    return List.of(
        new Settle(connection),
        pause(),
        new Together(List.copyOf(one), List.copyOf(other)),
        new Settle(connection));
  }

  private List<Step> listening() {
    return switch (random.nextInt(3)) {
      case 0 ->
          List.of(
              new Listen(1, Verb.SUBSCRIBE, "news"),
              new Settle(1),
              pause(),
              new Elsewhere(List.of("PUBLISH", "news", "one")),
              pause(),
              new Elsewhere(List.of("PUBLISH", "news", "two")),
              new Heard(2),
              sync("I INCR n1"));
      case 1 ->
          List.of(
              new Listen(1, Verb.PSUBSCRIBE, "n*"),
              new Settle(1),
              new Elsewhere(List.of("PUBLISH", "nights", "one")),
              new Heard(1),
              pause(),
              new Listen(1, Verb.PUNSUBSCRIBE, "n*"),
              new Settle(1),
              pause(),
              new Do(1, Api.SYNC, calls.of("S SET <k> <v>")));
      default ->
          List.of(
              new Listen(1, Verb.SUBSCRIBE, "weather"),
              new Listen(1, Verb.UNSUBSCRIBE, "news"),
              new Settle(1),
              pause(),
              sync("S SET <k> <v>"));
    };
  }

  private List<Step> replyOff() {
    boolean skip = random.nextBoolean();
    return List.of(
        new Settle(connection),
        async(skip ? "S CLIENT REPLY SKIP" : "S CLIENT REPLY OFF"),
        async("S SET k1 silent"),
        pause(),
        async("I INCR n4"),
        pause(),
        async(skip ? "S PING" : "S CLIENT REPLY ON"));
  }

  private List<Step> monitor() {
    return List.of(new Settle(connection), async("S MONITOR"), new Settle(connection), pause());
  }
}
