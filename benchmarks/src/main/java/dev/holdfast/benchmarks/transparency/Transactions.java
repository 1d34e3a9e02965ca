package dev.holdfast.benchmarks.transparency;

import dev.holdfast.benchmarks.transparency.Step.Api;
import dev.holdfast.benchmarks.transparency.Step.AutoFlush;
import dev.holdfast.benchmarks.transparency.Step.Do;
import dev.holdfast.benchmarks.transparency.Step.Elsewhere;
import dev.holdfast.benchmarks.transparency.Step.Flush;
import dev.holdfast.benchmarks.transparency.Step.Pause;
import dev.holdfast.benchmarks.transparency.Step.Repeat;
import dev.holdfast.benchmarks.transparency.Step.Settle;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** MULTI, EXEC, DISCARD, WATCH and UNWATCH in the orders that users put them, wrong ones too. */
final class Transactions {

  private final Random random;
  private final Calls calls;
  private final int connection;
  private final Pause pause;

  Transactions(Random random, Calls calls, int connection, Pause pause) {
    this.random = random;
    this.calls = calls;
    this.connection = connection;
    this.pause = pause;
  }

  /** One with any flaw. */
  List<Step> one() {
    List<Step> steps = new ArrayList<>();
    if (random.nextInt(12) == 0) {
      steps.add(call(random.nextBoolean() ? "A EXEC" : "S DISCARD")); // without MULTI
      return steps;
    }
    watch(steps);
    steps.add(call("S MULTI"));
    int members = random.nextInt(6);
    for (int i = 0; i < members; i++) {
      member(steps);
    }
    steps.add(random.nextInt(6) == 0 ? call("S DISCARD") : call("A EXEC"));
    if (random.nextInt(12) == 0) {
      steps.add(call("A EXEC"));
    }
    steps.add(new Settle(connection));
    return steps;
  }

  /** One without flaw. */
  List<Step> whole() {
    List<Step> steps = new ArrayList<>();
    steps.add(call("S MULTI"));
    for (int i = random.nextInt(4); i >= 0; i--) {
      steps.add(new Do(connection, api(), calls.data()));
    }
    steps.add(random.nextInt(6) == 0 ? call("S DISCARD") : call("A EXEC"));
    steps.add(new Settle(connection));
    return steps;
  }

  private void watch(List<Step> steps) {
    if (random.nextInt(3) > 0) {
      return;
    }
    steps.add(call("S WATCH k0"));
    if (random.nextInt(3) == 0) {
      steps.add(pause);
    }
    if (random.nextInt(3) == 0) {
      steps.add(new Settle(connection));
      steps.add(new Elsewhere(List.of("SET", "k0", "theirs")));
    }
    if (random.nextInt(6) == 0) {
      steps.add(call("S UNWATCH"));
    }
  }

  private void member(List<Step> steps) {
    if (random.nextInt(4) == 0) {
      steps.add(pause);
    }
    steps.add(
        switch (random.nextInt(16)) {
          // Lettuce forgets its transaction when this one's error arrives: not while calls are made
          case 0 -> sync("S MULTI");
          case 1 -> call("S WATCH k1");
          case 2 -> call("V GET");
          case 3 -> call("A BLPOP b9 0");
          case 4 -> call("A BLPOP b9 1");
          case 5 -> call("S SELECT 1");
          default -> new Do(connection, api(), calls.data());
        });
  }

  /** All of it in one flush. */
  List<Step> inOneFlush(int members) {
    List<Step> steps = new ArrayList<>();
    steps.add(new Settle(connection));
    steps.add(pause);
    steps.add(new AutoFlush(connection, false));
    steps.add(async("S MULTI"));
    if (members > 100) {
      steps.add(new Repeat(connection, members, calls.of("I INCRBY n1 2")));
    } else {
      for (int i = 0; i < members; i++) {
        steps.add(new Do(connection, Api.ASYNC, calls.data()));
      }
    }
    steps.add(async("A EXEC"));
    steps.add(new Flush(connection));
    steps.add(new AutoFlush(connection, true));
    steps.add(new Settle(connection));
    steps.add(async("V GET k0"));
    steps.add(new Settle(connection));
    return steps;
  }

  /**
   * As under an ACL, or behind a proxy, without transactions. Lettuce tells the caller before it
   * forgets the transaction: what he issues at once may be a part of it, or throw, bare as well.
   */
  List<Step> denied() {
    return List.of(
        sync("S AUTH nomulti secret"),
        pause,
        call("S MULTI"),
        new Settle(connection),
        pause,
        call("I INCR n1"),
        call("V GET k0"),
        call("A EXEC"),
        new Settle(connection),
        sync("I INCR n1"),
        sync("S AUTH other secret")); // or a BLPOP of a later transaction would block for ever
  }

  /** Never ended. */
  List<Step> open() {
    return List.of(
        call("S MULTI"), call("I INCR n1"), pause, call("S SET <k> <v>"), call("I INCR n1"), pause);
  }

  private Api api() {
    return Pick.api(random);
  }

  private Step call(String template) {
    return new Do(connection, api(), calls.of(template));
  }

  private Step sync(String template) {
    return new Do(connection, Api.SYNC, calls.of(template));
  }

  private Step async(String template) {
    return new Do(connection, Api.ASYNC, calls.of(template));
  }
}
