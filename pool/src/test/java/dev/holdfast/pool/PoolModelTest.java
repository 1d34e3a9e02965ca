package dev.holdfast.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.path.ConnectionPlan;
import dev.holdfast.pool.FakeServer.Connection;
import dev.holdfast.pool.FakeServer.Mood;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Random histories of everything that can happen to a pool, in random order of its tasks. After
 * every step: idle + active + connecting + proving = total, at most max, nothing lent twice; after
 * every history: whoever waits is served once all is returned, and nothing is left open.
 */
final class PoolModelTest {

  private static final int HISTORIES = 100_000;
  private static final int STEPS = 40;

  /** Planned once: planning takes longer than a history. */
  private static final ConnectionPlan FIVE_MINUTES = PoolBed.plan();

  private static final List<Mood> MOODS = List.of(Mood.values());

  @Test
  void mustConserveConnectionsAndServeEveryWaiter() {
    for (long seed = 1; seed <= HISTORIES; seed++) {
      try {
        new History(seed).run();
      } catch (Throwable e) {
        throw new AssertionError("seed " + seed, e);
      }
    }
  }

  /** One history. */
  private static final class History {
    private final Random random;
    private final PoolBed bed;
    private final List<CompletableFuture<Lease<Connection>>> asked = new ArrayList<>();
    private final List<Lease<Connection>> held = new ArrayList<>();
    private int max;

    History(long seed) {
      random = new Random(~seed);
      max = 1 + random.nextInt(4);
      int minIdle = random.nextInt(max + 1);
      boolean exact = random.nextBoolean();
      bed =
          new PoolBed(
              seed,
              FIVE_MINUTES,
              pool -> {
                pool.maxSize(max).minIdle(minIdle).maxWaiters(6);
                return exact ? pool.exactLeases() : pool;
              });
    }

    void run() {
      for (int i = 0; i < STEPS; i++) {
        act(random.nextInt(100));
        for (int tasks = random.nextInt(4); tasks > 0; tasks--) {
          bed.world.step();
        }
        collect();
        conserve();
      }
      end();
    }

    private void act(int choice) {
      if (choice < 30) {
        asked.add(bed.pool.acquireAsync(Duration.ofMillis(1 + random.nextInt(100_000))));
      } else if (choice < 55) {
        giveBack(false);
      } else if (choice < 58) {
        giveBack(true);
      } else if (choice < 62) {
        take(bed.pool.tryAcquire());
      } else if (choice < 67) {
        any(connection -> connection.liveness.dead(Cause.PEER_RESET));
      } else if (choice < 72) {
        any(connection -> connection.liveness.suspect());
      } else if (choice < 80) {
        bed.world.pass(Duration.ofMillis(1 + random.nextInt(2_000)));
      } else if (choice < 82) {
        bed.world.pass(Duration.ofSeconds(random.nextInt(400)));
      } else if (choice < 84) {
        bed.world.suspend(Duration.ofSeconds(random.nextInt(400)));
      } else if (choice < 87) {
        bed.server.connects = MOODS.get(random.nextInt(MOODS.size()));
      } else if (choice < 89) {
        bed.server.proofs = MOODS.get(random.nextInt(MOODS.size()));
      } else if (choice < 92) {
        late();
      } else if (choice < 94) {
        bed.pool.suspend();
      } else if (choice < 96) {
        bed.pool.resume();
      } else if (choice < 97) {
        bed.pool.retireAll();
      } else if (choice < 99) {
        cancel();
      } else {
        max = max + 1;
        bed.pool.resize(max);
      }
    }

    private void any(Consumer<Connection> action) {
      List<Connection> all = bed.server.all();
      if (!all.isEmpty()) {
        action.accept(all.get(random.nextInt(all.size())));
      }
    }

    /** A dial that hung is answered after all. */
    private void late() {
      if (!bed.server.silent.isEmpty()) {
        int which = random.nextInt(bed.server.silent.size());
        CompletableFuture<Connection> dial = bed.server.silent.remove(which);
        Liveness liveness = bed.server.dialling.remove(which);
        if (!dial.isDone()) {
          dial.complete(bed.server.open(liveness));
        }
      }
    }

    private void cancel() {
      if (!asked.isEmpty()) {
        asked.get(random.nextInt(asked.size())).cancel(false);
      }
    }

    private void take(@Nullable Lease<Connection> lease) {
      if (lease != null) {
        Connection connection = lease.connection();
        assertThat(connection.inUse).as("lent twice").isFalse();
        assertThat(connection.closes).as("lent after its close").isZero();
        connection.inUse = true;
        held.add(lease);
      }
    }

    private void giveBack(boolean discard) {
      if (!held.isEmpty()) {
        Lease<Connection> lease = held.remove(random.nextInt(held.size()));
        lease.connection().inUse = false;
        if (discard) {
          lease.discard();
        } else {
          lease.close();
        }
      }
    }

    private void collect() {
      for (Iterator<CompletableFuture<Lease<Connection>>> each = asked.iterator();
          each.hasNext(); ) {
        CompletableFuture<Lease<Connection>> one = each.next();
        if (one.isDone()) {
          each.remove();
          if (!one.isCompletedExceptionally()) {
            take(one.join());
          } else if (!one.isCancelled()) {
            assertThat(one.handle((lease, failure) -> failure).join())
                .isInstanceOfAny(AcquireException.class, CompletionException.class);
          }
        }
      }
    }

    private void conserve() {
      PoolState state = bed.pool.state();
      int sum = state.idle() + state.active() + state.connecting() + state.proving();
      assertThat(state.total()).as("%s", state).isEqualTo(sum).isLessThanOrEqualTo(max);
      assertThat(state.active()).isGreaterThanOrEqualTo(held.size());
      assertThat(bed.server.all()).allMatch(one -> one.closes <= 1);
    }

    private void end() {
      bed.server.connects = Mood.ANSWERS;
      bed.server.proofs = Mood.ANSWERS;
      bed.pool.resume();
      CompletableFuture<Lease<Connection>> last = bed.pool.acquireAsync(Duration.ofMinutes(20));
      for (int i = 0; i < 40 && !(last.isDone() && asked.isEmpty() && held.isEmpty()); i++) {
        collect();
        while (!held.isEmpty()) {
          giveBack(false);
        }
        bed.world.pass(Duration.ofSeconds(3));
      }
      assertThat(last).as("the last waiter").isDone();
      assertThat(asked).isEmpty();
      if (!last.isCompletedExceptionally()) {
        last.join().close();
      } else {
        assertThat(last.handle((lease, failure) -> failure).join())
            .isInstanceOf(TooManyWaitersException.class);
      }
      bed.world.settle();
      assertThat(bed.pool.state().waiting()).as("waiting: %s", bed.pool.state()).isZero();
      assertThat(bed.pool.state().active()).isZero();
      bed.pool.close();
      bed.world.pass(Duration.ofSeconds(30));
      assertThat(bed.pool.state().total()).isZero();
      assertThat(bed.server.open()).as("left open").isZero();
    }
  }
}
