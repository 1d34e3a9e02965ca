package dev.holdfast.benchmarks.broken;

import dev.holdfast.lab.Await;
import dev.holdfast.lab.Middlebox;
import dev.holdfast.lab.RedisServer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;

/** Breaks the path, and mends it, at random until told to stop. */
final class Faults implements Runnable {

  enum Fault {
    FIN,
    RESET,
    /** Replies are swallowed, then the connections end. */
    SWALLOWED_THEN_FIN,
    SWALLOWED_THEN_RESET,
    /** Nothing passes for a while; what was sent arrives later. */
    SILENCE,
    /** The flow is forgotten without a word. */
    FORGOTTEN,
    /** The server stands still. */
    FROZEN
  }

  private final Random random;
  private final RedisServer server;
  private final Middlebox path;
  private final AtomicBoolean on = new AtomicBoolean(true);
  private final Map<Fault, Integer> made = new EnumMap<>(Fault.class);

  Faults(long seed, RedisServer server, Middlebox path) {
    this.random = new Random(seed);
    this.server = server;
    this.path = path;
  }

  void stop() {
    on.set(false);
  }

  Map<Fault, Integer> made() {
    return made;
  }

  @Override
  public void run() {
    while (on.get()) {
      Await.idle(Duration.ofMillis(10 + random.nextInt(60)));
      Fault fault = Fault.values()[random.nextInt(Fault.values().length)];
      made.merge(fault, 1, Integer::sum);
      inject(fault);
    }
  }

  private void inject(Fault fault) {
    switch (fault) {
      case FIN -> path.finAll();
      case RESET -> path.resetAll();
      case SWALLOWED_THEN_FIN -> {
        path.swallowReplies();
        moment();
        path.finAll();
      }
      case SWALLOWED_THEN_RESET -> {
        path.swallowReplies();
        moment();
        path.resetAll();
      }
      case SILENCE -> {
        path.blackhole();
        moment();
        path.heal();
      }
      case FORGOTTEN -> {
        path.forgetAll();
        moment();
        path.resetAll();
      }
      case FROZEN -> {
        server.freeze();
        moment();
        server.thaw();
      }
    }
  }

  private void moment() {
    Await.idle(Duration.ofMillis(5 + random.nextInt(60)));
  }
}
