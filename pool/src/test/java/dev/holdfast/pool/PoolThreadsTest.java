package dev.holdfast.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.pool.FakeServer.Connection;
import dev.holdfast.pool.FakeServer.Mood;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A pool under real threads, on the real clock. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class PoolThreadsTest {

  private static final int THREADS = 16;
  private static final int BORROWS = 5_000;
  private static final int MOST = 1 << 20;

  private final FakeServer server = new FakeServer();

  private PoolBuilder<Connection> pool() {
    return ConnectionPool.builder(server, PoolBed.plan())
        .name("threads")
        .meters(new SimpleMeterRegistry());
  }

  @Test
  void mustLendToOneAtATimeAndWakeEveryWaiter() throws Exception {
    AtomicIntegerArray users = new AtomicIntegerArray(MOST);
    try (ConnectionPool<Connection> pool =
        pool().maxSize(3).acquireTimeout(Duration.ofMinutes(1)).build()) {
      List<CompletableFuture<Void>> all = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        boolean async = i % 4 == 0;
        all.add(run(() -> borrow(pool, users, async)));
      }
      CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).get();
      assertThat(pool.state().active()).isZero();
      assertThat(pool.state().waiting()).isZero();
      assertThat(pool.state().total()).isLessThanOrEqualTo(3);
    }
  }

  @SuppressWarnings("ThreadPriorityCheck") // a borrower is to be caught with its connection
  private static void borrow(
      ConnectionPool<Connection> pool, AtomicIntegerArray users, boolean async) throws Exception {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    for (int i = 0; i < BORROWS; i++) {
      Lease<Connection> lease = async ? pool.acquireAsync().get() : pool.acquire();
      Connection connection = lease.connection();
      if (users.incrementAndGet(connection.number) != 1) {
        throw new AssertionError(connection + " is lent twice");
      }
      int chance = random.nextInt(5_000);
      if (chance < 2) {
        connection.liveness.dead(Cause.PEER_RESET);
      } else if (chance < 20) {
        connection.liveness.suspect();
      }
      if (random.nextInt(8) == 0) {
        Thread.yield();
      }
      users.decrementAndGet(connection.number);
      lease.close();
    }
  }

  @Test
  void mustKeepTheDeadlineWhenEveryConnectionIsHalfOpen() throws Exception {
    server.connects = Mood.SILENT;
    try (ConnectionPool<Connection> pool = pool().build()) {
      List<CompletableFuture<Void>> all = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        all.add(
            run(
                () ->
                    assertThatThrownBy(() -> pool.acquire(Duration.ofMillis(100)))
                        .isInstanceOf(AcquireTimeoutException.class)));
      }
      CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).get(30, TimeUnit.SECONDS);
      assertThat(pool.state().waiting()).isZero();
    }
  }

  @Test
  void mustKeepADeadlineThatComesBeforeTheOneTheAlarmIsSetFor() throws Exception {
    server.connects = Mood.SILENT;
    try (ConnectionPool<Connection> pool = pool().build()) {
      CompletableFuture<Void> longest = waiting(pool, 60_000, PoolClosedException.class);
      CompletableFuture<Void> later = waiting(pool, 600, AcquireTimeoutException.class);
      waiting(pool, 50, AcquireTimeoutException.class).get(30, TimeUnit.SECONDS);
      waiting(pool, 100, AcquireTimeoutException.class).get(30, TimeUnit.SECONDS);
      later.get(30, TimeUnit.SECONDS);
      assertThat(longest).isNotDone();
      pool.close();
      longest.get(30, TimeUnit.SECONDS);
    }
  }

  /** In line on return, or at its end. */
  private static CompletableFuture<Void> waiting(
      ConnectionPool<Connection> pool, long millis, Class<? extends Exception> end) {
    int before = pool.state().waiting();
    CompletableFuture<Void> waiter =
        run(
            () ->
                assertThatThrownBy(() -> pool.acquire(Duration.ofMillis(millis)))
                    .isInstanceOf(end));
    while (pool.state().waiting() == before && !waiter.isDone()) {
      Thread.onSpinWait();
    }
    return waiter;
  }

  @Test
  void mustLeaveTheLineWhenInterrupted() throws Exception {
    try (ConnectionPool<Connection> pool = pool().maxSize(1).build()) {
      Lease<Connection> lease = pool.acquire();
      CompletableFuture<Void> waiter =
          run(
              () -> {
                Thread.currentThread().interrupt();
                assertThatThrownBy(() -> pool.acquire(Duration.ofMinutes(1)))
                    .isInstanceOf(InterruptedException.class);
              });
      waiter.get();
      assertThat(pool.state().waiting()).isZero();
      lease.close();
    }
  }

  /**
   * Two dials end at the same time: each finds the other gone, or its connection, never neither.
   */
  @Test
  void mustOpenNoMoreThanTheLeastIdle() throws Exception {
    ThreadPoolExecutor threads =
        new ThreadPoolExecutor(2, 2, 1, TimeUnit.MINUTES, new LinkedBlockingQueue<>());
    try {
      for (int i = 1; i <= 2_000; i++) {
        try (ConnectionPool<Connection> pool =
            pool().environment(PoolEnvironment.shared().with(threads)).minIdle(2).build()) {
          while (pool.state().idle() < 2 || threads.getActiveCount() > 0) {
            Thread.onSpinWait();
          }
          assertThat(server.opened).as("round %d", i).isEqualTo(2 * i);
        }
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private interface Task {
    void run() throws Exception;
  }

  private static CompletableFuture<Void> run(Task task) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    Executor thread = Executors.newSingleThreadExecutor(PoolThreadsTest::daemon);
    thread.execute(
        () -> {
          try {
            task.run();
            done.complete(null);
          } catch (Throwable e) {
            done.completeExceptionally(e);
          }
        });
    return done;
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task, "pool-test");
    thread.setDaemon(true);
    return thread;
  }
}
