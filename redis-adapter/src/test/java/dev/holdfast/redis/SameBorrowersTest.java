package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.lab.Await;
import dev.holdfast.lab.RedisServer;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What one borrower did must not happen to the next. */
final class SameBorrowersTest {

  private static RedisServer redis;

  @BeforeAll
  static void start() {
    redis = RedisServer.start();
  }

  @AfterAll
  static void stop() {
    redis.close();
  }

  @BeforeEach
  void empty() {
    redis.command("FLUSHALL");
  }

  /** The SELECT within was thrown away with its transaction. */
  @Test
  void mustNotLendAConnectionOnADatabaseThatADiscardedSelectWouldHaveLeft() throws Exception {
    try (PoolBed bed = new PoolBed(redis, pool -> pool.maxSize(1))) {
      try (var first = bed.pool.borrow()) {
        first.sync().select(5);
        first.sync().multi();
        first.async().select(0);
        first.sync().discard();
      }
      try (var next = bed.pool.borrow()) {
        next.sync().set("where", "here");
      }
      assertThat(redis.command("GET", "where")).isEqualTo("here");
    }
  }

  /** What was buffered and never flushed stays with its borrower. */
  @Test
  void mustNotRunOneBorrowersUnflushedCallForTheNext() throws Exception {
    try (PoolBed bed = new PoolBed(redis, pool -> pool.maxSize(1))) {
      try (var first = bed.pool.borrow()) {
        first.sync().ping();
        first.setAutoFlushCommands(false);
        first.async().incr("unflushed");
        first.setAutoFlushCommands(true);
      }
      try (var next = bed.pool.borrow()) {
        next.setAutoFlushCommands(false);
        var read = next.async().get("nothing").toCompletableFuture();
        next.flushCommands();
        Await.until("it is answered", Duration.ofSeconds(10), read::isDone);
        next.setAutoFlushCommands(true);
      }
      assertThat(redis.counter("unflushed")).isZero();
    }
  }
}
