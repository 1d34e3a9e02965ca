package dev.holdfast.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.path.ConnectionPlan;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/**
 * Random histories in which every part that a user supplies misbehaves at random: gate, executor,
 * connector, meter registry, and the timers too throw exceptions and errors, refuse, hang, answer
 * twice or late. After every step: idle + active + connecting + proving = total, and with those
 * being closed at most max, and no more are physically open. Every caller ends by its deadline.
 * After every history nothing is reserved, open or booked.
 */
final class PoolFaultsTest {

  private static final int HISTORIES = 100_000;
  private static final int STEPS = 24;
  private static final ConnectionPlan FIVE_MINUTES = PoolBed.plan();

  @Test
  void mustGiveBackWhateverIsReservedWhateverTheUsersPartsDo() {
    for (long seed = 1; seed <= HISTORIES; seed++) {
      try {
        new History(seed).run();
      } catch (Throwable e) {
        throw new AssertionError("seed " + seed, e);
      }
    }
  }

  private record Asked(CompletableFuture<Lease<FaultyParts.Socket>> future, long dueMillis) {}

  private static final class History {
    private final Random random;
    private final Simulation world;
    private final FaultyParts parts;
    private final ConnectionPool<FaultyParts.Socket> pool;
    private final int max;
    private final List<Asked> asked = new ArrayList<>();
    private final List<Lease<FaultyParts.Socket>> held = new ArrayList<>();

    History(long seed) {
      random = new Random(~seed);
      world = new Simulation(seed);
      parts = new FaultyParts(random, world);
      max = 1 + random.nextInt(3);
      int minIdle = random.nextInt(max + 1);
      pool =
          ConnectionPool.builder(parts.connector, FIVE_MINUTES)
              .name("faults")
              .maxSize(max)
              .minIdle(minIdle)
              .maxWaiters(64)
              .gate(parts.gate, FaultyParts.REMOTE)
              .meters(parts.registry)
              .environment(parts.environment())
              .executor(parts.executor)
              .build();
    }

    void run() {
      for (int i = 0; i < STEPS; i++) {
        act(random.nextInt(100));
        for (int tasks = random.nextInt(4); tasks > 0; tasks--) {
          world.step();
        }
        collect();
        conserve();
      }
      recover();
      end();
    }

    private void act(int choice) {
      if (choice < 40) {
        int millis = 1 + random.nextInt(20_000);
        asked.add(new Asked(pool.acquireAsync(Duration.ofMillis(millis)), world.millis() + millis));
      } else if (choice < 55) {
        giveBack();
      } else if (choice < 60) {
        parts.answerLate();
      } else if (choice < 65) {
        parts.anySuspect();
      } else if (choice < 68) {
        pool.retireAll();
      } else if (choice < 70) {
        pool.add();
      } else if (choice < 90) {
        pass(random.nextInt(3_000));
      } else {
        pass(random.nextInt(120_000));
      }
    }

    /** All that was due by now has been done. */
    private void pass(int millis) {
      world.pass(Duration.ofMillis(millis));
      world.pass(Duration.ofNanos(2 * SureExecutor.PATIENCE_NANOS));
      for (Asked one : asked) {
        if (world.millis() > one.dueMillis + 400) {
          assertThat(one.future).as("%s after its deadline", pool).isDone();
        }
      }
    }

    private void giveBack() {
      if (!held.isEmpty()) {
        Lease<FaultyParts.Socket> lease = held.remove(random.nextInt(held.size()));
        if (random.nextInt(5) == 0) {
          lease.discard();
        } else {
          lease.close();
        }
      }
    }

    private void collect() {
      for (Iterator<Asked> each = asked.iterator(); each.hasNext(); ) {
        Asked one = each.next();
        if (one.future.isDone()) {
          each.remove();
          if (!one.future.isCompletedExceptionally()) {
            Lease<FaultyParts.Socket> lease = one.future.join();
            assertThat(lease.connection().closes).as("lent after its close").isZero();
            held.add(lease);
          }
        }
      }
    }

    private void conserve() {
      PoolState state = pool.state();
      int sum = state.idle() + state.active() + state.connecting() + state.proving();
      int late = parts.lateOpen();
      assertThat(state.total()).as("%s", state).isEqualTo(sum);
      assertThat(sum + state.closing()).as("%s, late %d", state, late).isBetween(0, max + late);
      assertThat(parts.open()).as("open, %s", state).isLessThanOrEqualTo(max + late);
      assertThat(state.closing()).isNotNegative();
    }

    /** Once its parts behave again, the pool serves again. */
    private void recover() {
      parts.behave();
      pass(0);
      collect();
      while (!held.isEmpty()) {
        giveBack();
      }
      CompletableFuture<Lease<FaultyParts.Socket>> last = pool.acquireAsync(Duration.ofMinutes(5));
      for (int i = 0; i < 60 && !(last.isDone() && asked.isEmpty()); i++) {
        pass(2_000);
        collect();
        while (!held.isEmpty()) {
          giveBack();
        }
      }
      assertThat(asked).isEmpty();
      assertThat(last).as("%s serves again", pool).isCompleted();
      held.add(last.join());
    }

    private void end() {
      parts.misbehave();
      if (random.nextBoolean()) {
        giveBack();
      }
      pool.close();
      pass(random.nextInt(1_000));
      giveBack();
      pass(60_000);
      parts.behave();
      while (parts.answerLate()) {
        pass(100);
      }
      pass(60_000);
      PoolState state = pool.state();
      assertThat(state.total() + state.closing() + state.waiting()).as("%s", state).isZero();
      assertThat(parts.open()).as("left open").isZero();
      assertThat(parts.booked()).as("permits without an end").isZero();
    }
  }
}
