package dev.holdfast.pool;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.gate.Admission;
import dev.holdfast.gate.Closer;
import dev.holdfast.gate.ConnectGate;
import dev.holdfast.gate.Permit;
import dev.holdfast.gate.Turn;
import dev.holdfast.wire.WireSnapshot;
import dev.holdfast.wire.WireVerdict;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.cumulative.CumulativeTimer;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import io.micrometer.core.instrument.distribution.pause.PauseDetector;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** Everything a user may give a pool, out of order at random. One thread. */
final class FaultyParts {

  static final SocketAddress REMOTE = InetSocketAddress.createUnresolved("server", 6379);

  /** A connection. */
  static final class Socket {
    final Liveness liveness;
    final boolean late;
    int closes;

    Socket(Liveness liveness, boolean late) {
      this.liveness = liveness;
      this.late = late;
    }
  }

  /** A stage that its maker may not let be cancelled. */
  private final class Dialled extends CompletableFuture<Socket> {
    private final Liveness liveness;
    private boolean givenUp;

    Dialled(Liveness liveness) {
      this.liveness = liveness;
    }

    @Override
    public CompletableFuture<Socket> toCompletableFuture() {
      givenUp = true; // the pool asks for it in order to cancel
      if (fault(3)) {
        throw new UnsupportedOperationException("not a future");
      }
      return this;
    }

    @Override
    public boolean cancel(boolean interrupt) {
      return !fault(2) && super.cancel(interrupt);
    }
  }

  private final Random random;
  private final Simulation world;
  private final List<Socket> sockets = new ArrayList<>();
  private final List<Dialled> silent = new ArrayList<>();
  private boolean faulty = true;
  private int booked;

  FaultyParts(Random random, Simulation world) {
    this.random = random;
    this.world = world;
  }

  void behave() {
    faulty = false;
  }

  void misbehave() {
    faulty = true;
  }

  private boolean fault(int oneIn) {
    return faulty && random.nextInt(oneIn) == 0;
  }

  private void mayThrow(int oneIn) {
    if (fault(oneIn)) {
      if (random.nextBoolean()) {
        throw new IllegalStateException("thrown by a user's part");
      }
      throw new AssertionError("an error of a user's part");
    }
  }

  long open() {
    return sockets.stream().filter(one -> one.closes == 0).count();
  }

  int lateOpen() {
    return (int) sockets.stream().filter(one -> one.late && one.closes == 0).count();
  }

  int booked() {
    return booked;
  }

  private Socket socket(Liveness liveness, boolean late) {
    Socket opened = new Socket(liveness, late);
    sockets.add(opened);
    return opened;
  }

  /** A dial that hung is answered after all, perhaps long after it was given up. */
  boolean answerLate() {
    if (silent.isEmpty()) {
      return false;
    }
    Dialled dial = silent.remove(random.nextInt(silent.size()));
    if (!dial.isDone()) {
      dial.complete(socket(dial.liveness, dial.givenUp));
    }
    return true;
  }

  void anySuspect() {
    if (!sockets.isEmpty()) {
      Socket any = sockets.get(random.nextInt(sockets.size()));
      if (random.nextBoolean()) {
        any.liveness.suspect();
      } else {
        any.liveness.dead(Cause.PEER_RESET);
      }
    }
  }

  final Connector<Socket> connector =
      new Connector<>() {
        @Override
        @SuppressWarnings("NullAway") // a user's mistake
        public CompletionStage<Socket> connect(Liveness liveness) {
          mayThrow(6);
          if (fault(12)) {
            return null;
          }
          if (fault(6)) {
            return CompletableFuture.failedFuture(new IOException("refused"));
          }
          if (fault(12)) {
            return CompletableFuture.completedFuture(null);
          }
          if (fault(4)) {
            Dialled never = new Dialled(liveness);
            silent.add(never);
            return never;
          }
          return CompletableFuture.completedFuture(socket(liveness, false));
        }

        @Override
        @SuppressWarnings("NullAway")
        public CompletionStage<WireVerdict> prove(Socket connection) {
          mayThrow(6);
          if (fault(8)) {
            return null;
          }
          if (fault(6)) {
            return new CompletableFuture<>();
          }
          return fault(6)
              ? CompletableFuture.failedFuture(new AssertionError("no proof"))
              : CompletableFuture.completedFuture(new WireVerdict.Usable());
        }

        @Override
        @SuppressWarnings("NullAway")
        public CompletionStage<Boolean> forgotten(Socket connection, long askedNanos) {
          mayThrow(6);
          if (fault(8)) {
            return null;
          }
          if (fault(4)) {
            return new CompletableFuture<>();
          }
          return CompletableFuture.completedFuture(!fault(2));
        }

        @Override
        @SuppressWarnings("NullAway")
        public CompletionStage<WireSnapshot> snapshot(Socket connection) {
          mayThrow(4);
          return fault(4) ? null : Connector.super.snapshot(connection);
        }

        @Override
        public void close(Socket connection, CloseReason reason) {
          connection.closes++;
          if (connection.closes > 1) {
            throw new IllegalStateException("closed twice");
          }
          mayThrow(3);
        }
      };

  final ConnectGate gate =
      new ConnectGate() {
        @Override
        @SuppressWarnings("NullAway")
        public Admission admit(SocketAddress remote, long timeoutNanos) {
          mayThrow(8);
          if (fault(12)) {
            return null;
          }
          if (fault(8)) {
            return new Admission.Refused(new IOException("down"), 1_000_000);
          }
          return fault(6)
              ? new Admission.Wait(1 + random.nextInt(2_000_000_000), new Place())
              : new Admission.Go(new Booking());
        }
      };

  private final class Place implements Turn {
    @Override
    public Admission again() {
      return gate.admit(REMOTE, 1);
    }

    @Override
    public void leave() {
      mayThrow(2);
    }
  }

  private final class Booking implements Permit {
    private boolean over;

    Booking() {
      booked++;
    }

    private void end() {
      booked -= over ? 0 : 1;
      over = true;
      mayThrow(3);
    }

    @Override
    public void connected() {
      mayThrow(3);
    }

    @Override
    public void failed(Throwable cause) {
      end();
    }

    @Override
    public void closed(Closer who) {
      end();
    }

    @Override
    public Admission exhausted() {
      throw new AssertionError("a pool does not ask");
    }
  }

  /** Rejects, forgets what it was given, or runs it twice. */
  final Executor executor =
      new Executor() {
        @Override
        public void execute(Runnable task) {
          if (fault(8)) {
            throw new RejectedExecutionException("full");
          }
          mayThrow(12);
          if (!fault(8)) {
            world.execute(task);
          }
          if (fault(8)) {
            world.execute(task);
          }
        }
      };

  PoolEnvironment environment() {
    PoolEnvironment plain = world.environment();
    Scheduler timers =
        (nanos, task) -> {
          mayThrow(40);
          return plain.scheduler().after(nanos, task);
        };
    return new PoolEnvironment(plain.ticker(), plain.executor(), timers, plain.random());
  }

  final MeterRegistry registry =
      new SimpleMeterRegistry() {
        @Override
        protected Counter newCounter(Meter.Id id) {
          mayThrow(10);
          Counter counter = super.newCounter(id);
          return new Counter() {
            @Override
            public void increment(double amount) {
              mayThrow(4);
              counter.increment(amount);
            }

            @Override
            public double count() {
              return counter.count();
            }

            @Override
            public Id getId() {
              return id;
            }
          };
        }

        @Override
        protected Timer newTimer(
            Meter.Id id, DistributionStatisticConfig config, PauseDetector pauses) {
          mayThrow(10);
          return new CumulativeTimer(id, clock, config, pauses, TimeUnit.NANOSECONDS, false) {
            @Override
            protected void recordNonNegative(long amount, TimeUnit unit) {
              mayThrow(4);
              super.recordNonNegative(amount, unit);
            }
          };
        }

        @Override
        protected <T> Gauge newGauge(Meter.Id id, @Nullable T of, ToDoubleFunction<T> value) {
          mayThrow(10);
          return super.newGauge(id, of, value);
        }

        @Override
        protected <T> FunctionCounter newFunctionCounter(
            Meter.Id id, T of, ToDoubleFunction<T> value) {
          mayThrow(10);
          return super.newFunctionCounter(id, of, value);
        }

        @Override
        public @Nullable Meter remove(Meter meter) {
          mayThrow(3);
          return super.remove(meter);
        }
      };
}
