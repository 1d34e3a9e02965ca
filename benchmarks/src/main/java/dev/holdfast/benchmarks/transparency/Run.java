package dev.holdfast.benchmarks.transparency;

import dev.holdfast.benchmarks.transparency.Transcript.Section;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** One program on one client, step by step. */
final class Run<K, V> {

  private final Program program;
  private final Mode mode;
  private final Client client;
  private final Oracle oracle;
  private final Patience patience;
  private final Codec<K, V> codec;
  private final Transcript transcript = new Transcript();
  private final List<Session<K, V>> sessions = new ArrayList<>();
  private final Deque<Session<K, V>> borrowed = new ArrayDeque<>();
  private final AtomicInteger heard = new AtomicInteger();
  private Client.@Nullable Pool<K, V> pool;
  private int number;

  private Run(
      Program program,
      Mode mode,
      Client client,
      Oracle oracle,
      Patience patience,
      Codec<K, V> codec) {
    this.program = program;
    this.mode = mode;
    this.client = client;
    this.oracle = oracle;
    this.patience = patience;
    this.codec = codec;
  }

  static Observed of(Program program, Mode mode, Client client, Oracle oracle, Patience patience)
      throws Exception {
    Codec<?, ?> codec = Codec.of(program.setting().codec());
    return new Run<>(program, mode, client, oracle, patience, codec).observed();
  }

  private Observed observed() throws Exception {
    long began = System.nanoTime();
    oracle.reset();
    client.set(program.setting());
    long pings;
    try {
      connect();
      for (Step step : program.steps()) {
        take(step);
      }
      pings = tell();
    } finally {
      close();
    }
    for (Session<K, V> session : sessions) {
      session.awaitEnd(patience);
      session.tell();
      session.tellWaiting("after close");
    }
    return new Observed(transcript, pings, System.nanoTime() - began);
  }

  private void connect() {
    Setting setting = program.setting();
    switch (setting.shape()) {
      case ONE -> sessions.add(plain("c0"));
      case TWO -> {
        sessions.add(plain("c0"));
        sessions.add(plain("c1"));
      }
      case LISTENING -> {
        sessions.add(plain("c0"));
        StatefulRedisPubSubConnection<K, V> listening = client.connectPubSub(codec);
        listening.addListener(new Ear());
        sessions.add(new Session<>("c1", listening, codec, program.setting().shared(), transcript));
      }
      case POOLED -> pool = client.pool(codec);
    }
  }

  private Session<K, V> plain(String name) {
    StatefulRedisConnection<K, V> connection = client.connect(codec, program.setting().shared());
    connection.addListener(
        push -> {
          if (push.getType().equals("invalidate")) {
            hear("invalidate " + Shown.answer(push.getContent().get(1)));
          }
        });
    return new Session<>(name, connection, codec, program.setting().shared(), transcript);
  }

  private void hear(String message) {
    transcript.add(Section.HEARD, message);
    heard.incrementAndGet();
  }

  private final class Ear extends RedisPubSubAdapter<K, V> {
    @Override
    public void message(K channel, V message) {
      hear("message " + Shown.answer(channel) + " " + Shown.answer(message));
    }

    @Override
    public void message(K pattern, K channel, V message) {
      hear("pmessage " + Shown.answer(channel) + " " + Shown.answer(message));
    }

    @Override
    public void subscribed(K channel, long count) {
      transcript.add(Section.HEARD, "subscribed " + Shown.answer(channel) + " " + count);
    }

    @Override
    public void unsubscribed(K channel, long count) {
      transcript.add(Section.HEARD, "unsubscribed " + Shown.answer(channel) + " " + count);
    }
  }

  private void take(Step step) throws Exception {
    String label = "#" + number++ + " " + step;
    if (step instanceof Step.Do made) {
      session(made.connection()).call(label, made.api(), made.call());
    } else if (step instanceof Step.Within within) {
      session(within.connection()).within(label, within.millis(), within.call());
    } else if (step instanceof Step.AutoFlush auto) {
      session(auto.connection()).autoFlush(auto.on());
    } else if (step instanceof Step.Flush flush) {
      session(flush.connection()).flush();
    } else if (step instanceof Step.Repeat repeat) {
      for (int i = 0; i < repeat.times(); i++) {
        session(repeat.connection()).issue(label + "." + i, repeat.call());
      }
    } else if (step instanceof Step.Dispatch dispatch) {
      session(dispatch.connection()).dispatch(label, dispatch.calls());
    } else if (step instanceof Step.Settle settle) {
      session(settle.connection()).settle(patience);
    } else if (step instanceof Step.Cancel cancel) {
      session(cancel.connection()).cancelNewest();
    } else if (step instanceof Step.Pause pause) {
      pause(pause.length());
    } else if (step instanceof Step.Elsewhere elsewhere) {
      oracle.run(elsewhere.words());
    } else if (step instanceof Step.Heard many) {
      patience.await(false, heard::get, () -> heard.get() >= many.messages());
    } else if (step instanceof Step.Up up) {
      StatefulRedisConnection<K, V> connection = session(up.connection()).connection();
      patience.await(true, () -> 0, () -> !connection.isOpen()); // it may not know it is down
      patience.await(false, () -> 0, connection::isOpen);
    } else if (step instanceof Step.Listen listen) {
      listen(label, listen);
    } else if (step instanceof Step.Together together) {
      together(together);
    } else if (step instanceof Step.Borrowed lent) {
      borrow(lent.steps());
    }
  }

  private Session<K, V> session(int connection) {
    Session<K, V> lent = borrowed.peek();
    return lent != null ? lent : sessions.get(Math.min(connection, sessions.size() - 1));
  }

  private void pause(Step.Pause.Length length) {
    long nanos =
        switch (length) {
          case MOMENT -> 1_500_000;
          case WHILE -> 20_000_000;
          case IDLE -> mode.idle().toNanos();
        };
    long end = System.nanoTime() + nanos;
    for (long left = nanos; left > 0; left = end - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }

  private void listen(String label, Step.Listen listen) {
    Session<K, V> session = session(listen.connection());
    if (!(session.connection() instanceof StatefulRedisPubSubConnection<K, V> listening)) {
      return;
    }
    K channel = codec.key(listen.channel());
    session.note(
        label,
        false,
        () ->
            switch (listen.verb()) {
              case SUBSCRIBE -> listening.async().subscribe(keys(channel)).toCompletableFuture();
              case PSUBSCRIBE -> listening.async().psubscribe(keys(channel)).toCompletableFuture();
              case UNSUBSCRIBE ->
                  listening.async().unsubscribe(keys(channel)).toCompletableFuture();
              case PUNSUBSCRIBE ->
                  listening.async().punsubscribe(keys(channel)).toCompletableFuture();
            });
  }

  @SuppressWarnings("unchecked")
  private K[] keys(K key) {
    K[] keys = (K[]) java.lang.reflect.Array.newInstance(key.getClass(), 1);
    keys[0] = key;
    return keys;
  }

  /** Each caller's answers are told by themselves: nothing orders them against the other's. */
  private void together(Step.Together together) throws Exception {
    Transcript first = new Transcript();
    Transcript second = new Transcript();
    int base = number;
    CompletableFuture<Void> other =
        CompletableFuture.runAsync(() -> caller("b" + base, together.other(), second));
    caller("a" + base, together.one(), first);
    other.get();
    for (Section section : Section.values()) {
      first.lines(section).forEach(line -> transcript.add(section, line));
      second.lines(section).forEach(line -> transcript.add(section, line));
    }
  }

  private void caller(String name, List<Step> steps, Transcript told) {
    int made = 0;
    Session<K, V> session = null;
    for (Step step : steps) {
      if (step instanceof Step.Do call) {
        if (session == null) {
          session =
              new Session<>(
                  name,
                  session(call.connection()).connection(),
                  codec,
                  program.setting().shared(),
                  told);
        }
        session.call(name + "." + made++ + " " + step, call.api(), call.call());
      }
    }
    if (session != null) {
      session.settle(patience);
      session.tell();
    }
  }

  private void borrow(List<Step> steps) throws Exception {
    if (pool == null) {
      for (Step step : steps) {
        take(step);
      }
      return;
    }
    try (StatefulRedisConnection<K, V> lent = pool.borrow()) {
      Session<K, V> session =
          new Session<>("p" + number, lent, codec, program.setting().shared(), transcript);
      borrowed.push(session);
      for (Step step : steps) {
        take(step);
      }
      session.settle(patience);
      session.tell();
      borrowed.pop();
    }
  }

  private long tell() {
    for (Session<K, V> session : sessions) {
      session.settle(patience);
    }
    if (sessions.stream().anyMatch(Session::openEnded)) {
      patience.await(true, () -> 0, () -> false);
    }
    sessions.forEach(session -> session.tellWaiting("at the end"));
    long pings = oracle.tell(transcript, pool != null);
    transcript.add(Section.ENCODED, Long.toString(codec.encoded().sum()));
    client.handler().seen().forEach(name -> transcript.add(Section.HANDLER, name));
    return pings;
  }

  private void close() {
    sessions.forEach(session -> session.connection().close());
    if (pool != null) {
      pool.close();
    }
  }
}
