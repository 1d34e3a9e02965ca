package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.lab.Await;
import dev.holdfast.lab.RedisServer;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.TrackingArgs;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a borrower leaves behind must not reach the next one; what he cleared away may. */
final class PoolResidueTest {

  private static RedisServer redis;

  @BeforeAll
  static void start() {
    redis = RedisServer.start();
  }

  @AfterAll
  static void stop() {
    redis.close();
  }

  /** Something to leave behind. */
  @SuppressWarnings("ImmutableEnumChecker")
  enum Dirt {
    OPEN_TRANSACTION(Residue.TRANSACTION, connection -> connection.sync().multi()),
    QUEUED_IN_TRANSACTION(
        Residue.TRANSACTION,
        connection -> {
          connection.sync().multi();
          connection.sync().incr("residue:queued");
        }),
    WATCHED(Residue.WATCH, connection -> connection.sync().watch("residue:watched")),
    SUBSCRIBED(
        Residue.SUBSCRIPTION, connection -> dispatch(connection, CommandType.SUBSCRIBE, "news")),
    TRACKED(
        Residue.TRACKING,
        connection -> connection.sync().clientTracking(TrackingArgs.Builder.enabled())),
    MONITORED(Residue.MONITOR, connection -> dispatch(connection, CommandType.MONITOR)),
    SILENCED(
        Residue.REPLY_MODE, connection -> dispatch(connection, CommandType.CLIENT, "REPLY", "OFF")),
    BLOCKED(Residue.BLOCKING, connection -> connection.async().blpop(0, "residue:none")),
    BLOCKED_UNTIL_THE_CALLER_GAVE_UP(
        Residue.BLOCKING,
        connection -> {
          connection.setTimeout(Duration.ofMillis(100));
          assertThatThrownBy(() -> connection.sync().blpop(0, "residue:none"))
              .isInstanceOf(RedisCommandTimeoutException.class);
        }),
    UNANSWERED(
        Residue.UNANSWERED,
        connection -> {
          redis.command("CLIENT", "PAUSE", "100000", "WRITE");
          connection.async().incr("residue:slow");
        }),
    UNANSWERED_REACTIVELY(
        Residue.UNANSWERED,
        connection -> {
          redis.command("CLIENT", "PAUSE", "100000", "WRITE");
          connection.reactive().incr("residue:slow").subscribe();
        }),
    SELECTED(Residue.DATABASE, connection -> connection.sync().select(3)),
    SELECTED_AND_BACK_IN_A_TRANSACTION_THAT_WAS_DISCARDED(
        Residue.DATABASE,
        connection -> {
          connection.sync().select(5);
          connection.sync().multi();
          connection.sync().select(0);
          connection.sync().discard();
        }),
    SELECTED_IN_A_TRANSACTION(
        Residue.DATABASE,
        connection -> {
          connection.sync().multi();
          connection.sync().select(5);
          connection.sync().exec();
        }),
    AUTHENTICATED(Residue.IDENTITY, connection -> connection.sync().auth("default", "any")),
    RESET(Residue.IDENTITY, connection -> dispatch(connection, Word.RESET)),
    NAMED(Residue.SETTINGS, connection -> connection.sync().clientSetname("mine")),
    UNFLUSHED(
        Residue.CLIENT_SETTINGS,
        connection -> {
          connection.setAutoFlushCommands(false);
          connection.async().get("residue:unflushed");
        }),
    LEFT_IN_THE_BUFFER(
        Residue.CLIENT_SETTINGS,
        connection -> {
          connection.setAutoFlushCommands(false);
          connection.async().incr("residue:unflushed");
          connection.setAutoFlushCommands(true);
        }),
    LEFT_BEHIND_A_FLUSH(
        Residue.CLIENT_SETTINGS,
        connection -> {
          connection.setAutoFlushCommands(false);
          connection.async().get("residue:unflushed");
          connection.flushCommands();
          connection.async().incr("residue:unflushed");
          connection.setAutoFlushCommands(true);
        }),
    SUBSCRIBED_TO_UNFLUSHED(
        Residue.CLIENT_SETTINGS,
        connection -> {
          connection.setAutoFlushCommands(false);
          var later = connection.reactive().incr("residue:unflushed");
          connection.flushCommands();
          later.subscribe();
          connection.setAutoFlushCommands(true);
        }),
    LISTENED_TO(Residue.CLIENT_SETTINGS, connection -> connection.addListener(message -> {}));

    private final Residue left;
    private final Consumer<StatefulRedisConnection<String, String>> leave;

    Dirt(Residue left, Consumer<StatefulRedisConnection<String, String>> leave) {
      this.left = left;
      this.leave = leave;
    }
  }

  @SuppressWarnings("deprecation") // of Enum.name() as the keyword's, in Lettuce 7 only
  private enum Word implements io.lettuce.core.protocol.ProtocolKeyword {
    RESET;

    @Override
    public byte[] getBytes() {
      return toString().getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    }
  }

  private static void dispatch(
      StatefulRedisConnection<String, String> connection,
      io.lettuce.core.protocol.ProtocolKeyword word,
      String... args) {
    CommandArgs<String, String> arguments = new CommandArgs<>(StringCodec.UTF8);
    for (String each : args) {
      arguments.add(each);
    }
    connection.dispatch(new Command<>(word, new StatusOutput<>(StringCodec.UTF8), arguments));
  }

  @ParameterizedTest
  @EnumSource
  void mustCloseWhatCameBackWithSomethingLeftOnIt(Dirt dirt) throws Exception {
    try (PoolBed bed = new PoolBed(redis, pool -> pool.maxSize(1))) {
      var dirty = bed.pool.borrow();
      long id = PoolBed.id(dirty);
      dirt.leave.accept(dirty);
      bed.pool.release(dirty).get(5, TimeUnit.SECONDS);
      assertThat(bed.count("holdfast.pool.residues", "residue", dirt.left.tag())).isEqualTo(1);
      assertThat(bed.closed("discarded")).isEqualTo(1);
      redis.command("CLIENT", "UNPAUSE");
      try (var next = bed.pool.borrow()) {
        assertThat(PoolBed.id(next)).isNotEqualTo(id);
        assertThat(next.sync().get("residue:clean")).isNull();
      }
    }
  }

  /** Something that leaves nothing behind. */
  @SuppressWarnings("ImmutableEnumChecker")
  enum Work {
    NOTHING(connection -> {}),
    CALL(connection -> connection.sync().incr("residue:calls")),
    FUTURE(connection -> connection.async().incr("residue:calls").toCompletableFuture().join()),
    PUBLISHER(connection -> connection.reactive().incr("residue:calls").block()),
    FLUSHED(
        connection -> {
          connection.setAutoFlushCommands(false);
          var answer = connection.async().incr("residue:calls");
          connection.flushCommands();
          answer.toCompletableFuture().join();
          connection.setAutoFlushCommands(true);
        }),
    TRANSACTION(
        connection -> {
          connection.sync().watch("residue:watched");
          connection.sync().multi();
          connection.sync().incr("residue:calls");
          assertThat(connection.sync().exec().wasDiscarded()).isFalse();
        }),
    DISCARDED(
        connection -> {
          connection.sync().watch("residue:watched");
          connection.sync().multi();
          connection.sync().discard();
        }),
    UNWATCHED(
        connection -> {
          connection.sync().watch("residue:watched");
          connection.sync().unwatch();
        }),
    THERE_AND_BACK(
        connection -> {
          connection.sync().select(3);
          connection.sync().select(0);
        }),
    BLOCKING(connection -> connection.sync().blpop(0.01, "residue:none")),
    OTHER_CLIENTS(connection -> connection.sync().clientList()),
    REFUSED_BY_THE_SERVER(
        connection ->
            assertThatThrownBy(
                    () -> {
                      var answer = new StatusOutput<>(StringCodec.UTF8);
                      var call =
                          connection.async().dispatch(CommandType.READONLY, answer); // no cluster
                      call.toCompletableFuture().join();
                    })
                .hasMessageContaining("cluster")),
    MULTI_WITHIN_MULTI(
        connection -> {
          connection.sync().multi();
          assertThatThrownBy(() -> connection.sync().multi()).hasMessageContaining("nested");
          connection.sync().exec();
        }),
    ABORTED(
        connection -> {
          connection.sync().multi();
          connection.async().dispatch(CommandType.GET, new StatusOutput<>(StringCodec.UTF8));
          assertThatThrownBy(() -> connection.sync().exec()).hasMessageContaining("EXECABORT");
        }),
    AUTHENTICATION_REFUSED(
        connection ->
            assertThatThrownBy(() -> connection.sync().auth("nobody", "wrong"))
                .hasMessageContaining("WRONGPASS")),
    SERVERS_ERROR(
        connection -> {
          connection.sync().set("residue:text", "no number");
          assertThatThrownBy(() -> connection.sync().incr("residue:text"))
              .isInstanceOf(RedisCommandExecutionException.class);
        });

    private final Consumer<StatefulRedisConnection<String, String>> work;

    Work(Consumer<StatefulRedisConnection<String, String>> work) {
      this.work = work;
    }
  }

  @ParameterizedTest
  @EnumSource
  void mustLendAgainWhatCameBackClean(Work work) throws Exception {
    try (PoolBed bed = new PoolBed(redis, pool -> pool.maxSize(1))) {
      var clean = bed.pool.borrow();
      long id = PoolBed.id(clean);
      work.work.accept(clean);
      bed.pool.release(clean).get(5, TimeUnit.SECONDS);
      try (var next = bed.pool.borrow()) {
        assertThat(PoolBed.id(next)).isEqualTo(id);
      }
      assertThat(bed.closed("discarded")).isZero();
    }
  }

  /** {@code ASKING} holds for the next command only. */
  @Test
  void mustCloseWhatCameBackWithAnAskingThatNothingFollowed() throws Exception {
    try (RedisServer node = RedisServer.builder().clustered().start();
        PoolBed bed = new PoolBed(node, pool -> pool.maxSize(1))) {
      var first = bed.pool.borrow();
      long id = PoolBed.id(first);
      dispatch(first, CommandType.ASKING);
      first.sync().echo("used up");
      bed.pool.release(first).get(5, TimeUnit.SECONDS);
      var second = bed.pool.borrow();
      assertThat(PoolBed.id(second)).isEqualTo(id);
      dispatch(second, CommandType.ASKING);
      bed.pool.release(second).get(5, TimeUnit.SECONDS);
      try (var third = bed.pool.borrow()) {
        assertThat(PoolBed.id(third)).isNotEqualTo(id);
      }
      assertThat(bed.count("holdfast.pool.residues", "residue", Residue.SETTINGS.tag()))
          .isEqualTo(1);
    }
  }

  @Test
  void mustSetAChangedTimeoutBack() throws Exception {
    try (PoolBed bed = new PoolBed(redis, pool -> pool.maxSize(1))) {
      var hasty = bed.pool.borrow();
      long id = PoolBed.id(hasty);
      Duration usual = hasty.getTimeout();
      hasty.setTimeout(Duration.ofMillis(1));
      hasty.close();
      try (var next = bed.pool.borrow()) {
        assertThat(next.getTimeout()).isEqualTo(usual);
        assertThat(PoolBed.id(next)).isEqualTo(id);
      }
    }
  }

  /** The borrower of one database has not changed it. */
  @Test
  void mustKnowWhichDatabaseAConnectionIsAtHomeIn() throws Exception {
    try (PoolBed bed = new PoolBed(redis, pool -> pool)) {
      var uri = io.lettuce.core.RedisURI.create("redis://127.0.0.1:" + redis.port() + "/5");
      try (var pool =
          LettucePool.of(
                  bed.guard,
                  () -> bed.client.connectAsync(StringCodec.UTF8, uri).toCompletableFuture())
              .name("orders")
              .maxSize(1)
              .build()) {
        var connection = pool.borrow();
        connection.sync().select(5);
        connection.close();
        pool.borrow().sync().select(0);
        assertThat(bed.closed("discarded")).isZero();
      }
    }
  }

  @Test
  void mustReturnFromACallbackOnTheEventLoop() throws Exception {
    try (PoolBed bed = new PoolBed(redis, pool -> pool.maxSize(1))) {
      for (int i = 0; i < 50; i++) {
        bed.pool
            .acquire()
            .thenCompose(
                connection ->
                    connection
                        .async()
                        .incr("residue:callback")
                        .whenComplete((value, failure) -> connection.closeAsync())
                        .toCompletableFuture())
            .get(5, TimeUnit.SECONDS);
      }
      Await.until("returned", RedisBed.SOON, () -> bed.pool.state().active() == 0);
      assertThat(bed.closed("discarded")).isZero();
    }
    assertThat(redis.counter("residue:callback")).isEqualTo(50);
  }
}
