package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.holdfast.lab.Await;
import dev.holdfast.lab.Forgetting;
import dev.holdfast.lab.RedisServer;
import dev.holdfast.lab.RefusingPort;
import dev.holdfast.pool.AcquireTimeoutException;
import dev.holdfast.pool.PoolClosedException;
import dev.holdfast.usage.Usage;
import dev.holdfast.usage.UsageRegistry;
import io.lettuce.core.api.StatefulRedisConnection;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Borrowing, returning and ending, with a real Redis. What is left behind: PoolResidueTest. */
final class LettucePoolTest {

  private static final int ROUNDS = 200;
  private static final Duration SHORT = Duration.ofMillis(200);

  private static RedisServer redis;

  @BeforeAll
  static void start() {
    redis = RedisServer.start();
  }

  @AfterAll
  static void stop() {
    redis.close();
  }

  @Test
  void mustReturnWhatIsClosedAndRefuseItsUseFromThen() throws Exception {
    try (PoolBed bed = new PoolBed(redis, pool -> pool)) {
      StatefulRedisConnection<String, String> lent = bed.pool.borrow();
      var sync = lent.sync();
      long id = PoolBed.id(lent);
      lent.close();
      lent.close();
      assertThat(lent.isOpen()).isFalse();
      assertThatIllegalStateException()
          .isThrownBy(() -> sync.get("key"))
          .withMessageContaining("pool orders: this connection was returned before");
      assertThat(bed.pool.state().idle()).isEqualTo(1);
      try (var next = bed.pool.borrow()) {
        assertThat(PoolBed.id(next)).isEqualTo(id);
      }
    }
  }

  @Test
  void mustNotLendADeadConnection() throws Exception {
    try (PoolBed bed = new PoolBed(redis, pool -> pool.maxSize(1))) {
      long killed = -1;
      for (int round = 0; round < ROUNDS; round++) {
        var connection = bed.pool.borrow();
        long id = PoolBed.id(connection);
        assertThat(id).isNotEqualTo(killed);
        connection.sync().incr("pool:rounds");
        connection.close();
        bed.kill(id);
        Await.until("the end was read", RedisBed.SOON, () -> bed.pool.state().idle() == 0);
        killed = id;
      }
      assertThat(bed.closed("dead")).isEqualTo(ROUNDS);
    }
    assertThat(redis.counter("pool:rounds")).isEqualTo(ROUNDS);
  }

  /** The next borrow races with the event loop that reads the end. */
  @Test
  void mustNotFailAReadThatMeetsADeath() throws Exception {
    try (PoolBed bed = new PoolBed(redis, pool -> pool.maxSize(1))) {
      for (int round = 0; round < ROUNDS; round++) {
        long id;
        try (var connection = bed.pool.borrow()) {
          id = PoolBed.id(connection);
        }
        bed.kill(id);
        try (var connection = bed.pool.borrow()) {
          assertThat(connection.sync().get("pool:none")).isNull();
        }
      }
    }
  }

  @Test
  void mustReplaceALentConnectionUnderItsBorrowerAndCloseItAfterwards() throws Exception {
    try (PoolBed bed = new PoolBed(redis, pool -> pool.maxSize(1))) {
      var connection = bed.pool.borrow();
      long id = PoolBed.id(connection);
      bed.kill(id);
      assertThat(connection.sync().get("pool:none")).isNull();
      long replaced = PoolBed.id(connection);
      assertThat(replaced).isNotEqualTo(id);
      connection.close();
      try (var next = bed.pool.borrow()) {
        assertThat(PoolBed.id(next)).isNotEqualTo(replaced);
      }
    }
  }

  @Test
  void mustNotReconnectWhatDiedIdle() throws Exception {
    try (PoolBed bed = new PoolBed(redis, pool -> pool.maxSize(8))) {
      var connections =
          java.util.stream.IntStream.range(0, 8).mapToObj(i -> bed.pool.acquire().join()).toList();
      connections.forEach(connection -> connection.sync().ping());
      connections.forEach(StatefulRedisConnection::close);
      assertThat(bed.pool.state().idle()).isEqualTo(8);
      long before = received();
      redis.command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
      Await.until("all known dead", RedisBed.SOON, () -> bed.pool.state().total() == 0);
      Await.idle(Duration.ofMillis(500)); // Lettuce would have reconnected after 100 ms
      assertThat(received() - before).as("but those that kill and count").isEqualTo(2);
    }
  }

  private static long received() {
    return redis
        .command("INFO", "stats")
        .lines()
        .filter(line -> line.startsWith("total_connections_received:"))
        .mapToLong(line -> Long.parseLong(line.substring(line.indexOf(':') + 1).strip()))
        .sum();
  }

  @Test
  void mustSayWhatItWasBusyWithWhenThereIsNone() throws Exception {
    try (PoolBed bed = new PoolBed(redis, pool -> pool.maxSize(1).acquireTimeout(SHORT));
        var out = bed.pool.borrow(RedisBed.SOON)) {
      assertThatThrownBy(bed.pool::borrow)
          .isInstanceOf(AcquireTimeoutException.class)
          .hasMessageStartingWith(
              "pool orders: no connection within 200 ms: total 1 of 1 (active 1, idle 0,"
                  + " connecting 0, proving 0), waiting ")
          .hasMessageEndingWith("; no connect failed");
      assertThatThrownBy(() -> bed.pool.acquire().get(5, TimeUnit.SECONDS))
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(AcquireTimeoutException.class);
      assertThat(out.isOpen()).isTrue();
    }
  }

  @Test
  void mustTellWhyItCannotConnect() throws Exception {
    RedisServer gone = RedisServer.start();
    gone.close();
    try (RefusingPort held = RefusingPort.at(gone.port());
        PoolBed bed = new PoolBed(gone, pool -> pool)) {
      assertThat(held.port()).isEqualTo(gone.port());
      assertThatThrownBy(bed.pool::borrow)
          .isInstanceOf(AcquireTimeoutException.class)
          .hasMessageContaining("last connect: io.lettuce.core.RedisConnectionException");
    }
  }

  @Test
  void mustServeAndForgetThoseWhoWait() throws Exception {
    try (PoolBed bed = new PoolBed(redis, pool -> pool.maxSize(1))) {
      var out = bed.pool.acquire().get(5, TimeUnit.SECONDS);
      var cancelled = bed.pool.acquire();
      CompletableFuture<StatefulRedisConnection<String, String>> next = bed.pool.acquire();
      assertThat(bed.pool.state().waiting()).isEqualTo(2);
      cancelled.cancel(false);
      Await.until("it left the line", RedisBed.SOON, () -> bed.pool.state().waiting() == 1);
      bed.pool.release(out).get(5, TimeUnit.SECONDS);
      assertThat(next.get(5, TimeUnit.SECONDS).sync().ping()).isEqualTo("PONG");
      assertThat(bed.pool.state().active()).isEqualTo(1);
    }
  }

  @Test
  void mustRefuseASecondReturnAndAnotherPoolsConnection() throws Exception {
    try (PoolBed bed = new PoolBed(redis, pool -> pool);
        PoolBed other = new PoolBed(redis, pool -> pool);
        var foreign = other.pool.borrow()) {
      var lent = bed.pool.borrow();
      bed.pool.release(lent).get(5, TimeUnit.SECONDS);
      assertThat(catchThrowable(() -> bed.pool.release(lent).join()).getCause())
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("returned before");
      assertThatIllegalStateException().isThrownBy(() -> bed.pool.discard(lent));
      assertThat(catchThrowable(() -> bed.pool.release(foreign).join()).getCause())
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("was not borrowed here");
      assertThatIllegalStateException().isThrownBy(() -> bed.pool.discard(foreign));
      assertThat(foreign.isOpen()).isTrue();
    }
  }

  @Test
  void mustCloseWhatIsOutWhenItIsReturned() throws Exception {
    try (PoolBed bed = new PoolBed(redis, pool -> pool.minIdle(2))) {
      Await.until("warm", RedisBed.SOON, () -> bed.pool.state().idle() == 2);
      var out = bed.pool.borrow();
      long id = PoolBed.id(out);
      bed.pool.close();
      assertThat(out.sync().ping()).isEqualTo("PONG");
      assertThatThrownBy(bed.pool::borrow).isInstanceOf(PoolClosedException.class);
      out.close();
      Await.until(
          "closed",
          RedisBed.SOON,
          () -> !redis.command("CLIENT", "LIST").contains("id=" + id + " "));
      Await.until("no dial is left", RedisBed.SOON, () -> bed.pool.state().total() == 0);
    }
  }

  @Test
  void mustClearAndAdd() throws Exception {
    try (PoolBed bed = new PoolBed(redis, pool -> pool.maxSize(2))) {
      assertThat(bed.pool.add().get(5, TimeUnit.SECONDS)).isTrue();
      assertThat(bed.pool.state().idle()).isEqualTo(1);
      var out = bed.pool.borrow();
      assertThat(bed.pool.add().get(5, TimeUnit.SECONDS)).isTrue();
      assertThat(bed.pool.add().get(5, TimeUnit.SECONDS)).as("it is full").isFalse();
      bed.pool.clear();
      assertThat(bed.pool.state().idle()).isZero();
      out.close();
      assertThat(bed.pool.state().idle()).as("what was out is kept").isEqualTo(1);
    }
  }

  @Test
  void mustProveInTheBackgroundBeforeItLendsASuspect() throws Exception {
    try (PoolBed bed = new PoolBed(redis, pool -> pool.maxSize(1))) {
      long id;
      try (var connection = bed.pool.borrow()) {
        id = PoolBed.id(connection);
      }
      bed.suspectAll();
      try (var connection = bed.pool.borrow()) {
        assertThat(PoolBed.id(connection)).isEqualTo(id);
      }
      assertThat(bed.count("holdfast.pool.proofs", "result", "answered")).isEqualTo(1);
    }
  }

  @Test
  void mustAllowBlockingCommandsWhereAllConnectionsAreDeclaredShared() throws Exception {
    try (RedisBed bed = new RedisBed(redis, Forgetting.SILENCE)) {
      LettuceGuard guard = bed.guard(LettuceGuardBuilder::sharedConnections);
      try (var pool = guard.pool(bed.guarded(guard)).build();
          var connection = pool.borrow()) {
        assertThat(connection.sync().blpop(0.01, "pool:none")).isNull();
      }
    }
  }

  @Test
  void mustRefuseAClientWithoutItsGuardAndAGuardOfShortLivedUse() throws Exception {
    try (RedisBed bed = new RedisBed(redis, Forgetting.SILENCE)) {
      LettuceGuard guard = bed.guard();
      var bare = bed.bare();
      assertThatIllegalArgumentException()
          .isThrownBy(() -> guard.pool(bare))
          .withMessageContaining("redis: the guard is not installed in this client");
      try (var pool =
          LettucePool.of(guard, () -> CompletableFuture.completedFuture(bare.connect()))
              .acquireTimeout(Duration.ofSeconds(3))
              .build()) {
        assertThatThrownBy(pool::borrow).hasMessageContaining("a client without this guard");
      }
      LettuceGuard shortLived =
          bed.guard(
              settings -> settings.usage(Usage.SHORT_LIVED).usageRegistry(new UsageRegistry()));
      var client = bed.guarded(shortLived);
      assertThatIllegalStateException()
          .isThrownBy(() -> shortLived.pool(client))
          .withMessageContaining("declared SHORT_LIVED at");
    }
  }

  @Test
  void mustRefuseASupplierThatOpensOneConnectionForAll() throws Exception {
    try (RedisBed bed = new RedisBed(redis, Forgetting.SILENCE)) {
      LettuceGuard guard = bed.guard();
      var one = bed.guarded(guard).connect();
      try (var pool =
              LettucePool.of(guard, () -> CompletableFuture.completedFuture(one))
                  .acquireTimeout(Duration.ofSeconds(3))
                  .build();
          var first = pool.borrow()) {
        assertThat(first.isOpen()).isTrue();
        assertThatThrownBy(pool::borrow).hasMessageContaining("in a pool already");
      }
    }
  }
}
