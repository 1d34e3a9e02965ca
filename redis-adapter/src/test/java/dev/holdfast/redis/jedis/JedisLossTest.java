package dev.holdfast.redis.jedis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.lab.Await;
import dev.holdfast.lab.RedisServer;
import dev.holdfast.lab.RefusingPort;
import dev.holdfast.redis.ScriptedRedis;
import dev.holdfast.retry.AmbiguousOutcomeException;
import dev.holdfast.retry.Delivery;
import dev.holdfast.retry.NotExecutedException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.Connection;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.Transaction;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;

/** What becomes of calls whose connection ends, counted by the server. */
final class JedisLossTest {

  /** Runs every command it reads, and hangs up in place of some of the answers. */
  private static final class Forgetful implements AutoCloseable {

    private final Map<String, AtomicInteger> ran = new ConcurrentHashMap<>();
    private final Map<String, AtomicInteger> hangUps = new ConcurrentHashMap<>();
    private final ScriptedRedis redis = ScriptedRedis.answering(this::answer);

    Forgetful hangsUpAt(String command, int times) {
      hangUps.put(command, new AtomicInteger(times));
      return this;
    }

    private @Nullable String answer(String command) {
      ran.computeIfAbsent(command, first -> new AtomicInteger()).incrementAndGet();
      AtomicInteger left = hangUps.get(command);
      if (left != null && left.getAndDecrement() > 0) {
        return null;
      }
      return switch (command) {
        case "EXEC" -> "*1\r\n:1";
        default -> ScriptedRedis.plain(command);
      };
    }

    int ran(String command) {
      AtomicInteger times = ran.get(command);
      return times == null ? 0 : times.get();
    }

    @Override
    public void close() throws Exception {
      redis.close();
    }
  }

  @Test
  void mustRepeatAReadAndNameAWrite() throws Exception {
    try (Forgetful server = new Forgetful().hangsUpAt("INCR", 1).hangsUpAt("GET", 1);
        JedisBed bed = new JedisBed(server.redis.port())) {
      UnifiedJedis client = bed.client(bed.guarded(2));
      assertThat(client.get("key")).isNull();
      assertThat(server.ran("GET")).isEqualTo(2);
      assertThatThrownBy(() -> client.incr("key"))
          .isInstanceOf(AmbiguousJedisOutcomeException.class)
          .isInstanceOf(JedisConnectionException.class)
          .satisfies(
              thrown ->
                  assertThat(AmbiguousOutcomeException.in(thrown))
                      .hasValueSatisfying(
                          outcome -> {
                            assertThat(outcome.call()).isEqualTo("INCR");
                            assertThat(outcome.delivery()).isEqualTo(Delivery.SENT_UNANSWERED);
                            assertThat(outcome.lostTo()).isEqualTo(Cause.PEER_CLOSED);
                          }));
      assertThat(server.ran("INCR")).isOne();
      assertThat(client.incr("key")).isOne();
      assertThat(bed.meter("holdfast.calls.replayed")).isOne();
      assertThat(bed.meter("holdfast.calls.ambiguous", "call", "INCR")).isOne();
    }
  }

  @Test
  void mustNotRepeatAReadForEver() throws Exception {
    try (Forgetful server = new Forgetful().hangsUpAt("GET", 1_000);
        JedisBed bed = new JedisBed(server.redis.port())) {
      UnifiedJedis client = bed.client(bed.guarded(2));
      assertThatThrownBy(() -> client.get("key"))
          .isInstanceOf(AmbiguousJedisOutcomeException.class)
          .hasMessageContaining("may be repeated");
      assertThat(server.ran("GET")).isEqualTo(3);
    }
  }

  /** A connection that its borrower keeps has a session: nothing of it is sent elsewhere. */
  @Test
  void mustSendNoPartOfAPipelineAgain() throws Exception {
    try (Forgetful server = new Forgetful().hangsUpAt("GET", 1);
        JedisBed bed = new JedisBed(server.redis.port())) {
      JedisConnections pool = bed.guarded(2);
      Throwable thrown =
          catchThrowable(
              () -> {
                try (Connection connection = pool.getConnection()) {
                  Pipeline pipeline = new Pipeline(connection, false);
                  pipeline.incr("key");
                  pipeline.get("key");
                  pipeline.incr("key");
                  pipeline.sync();
                }
              });
      assertThat(thrown).isInstanceOf(AmbiguousJedisOutcomeException.class);
      assertThat(thrown).hasMessageContaining("unit of 2 commands");
      assertThat(server.ran("INCR")).isOne();
      assertThat(server.ran("GET")).isOne();
      assertThat(pool.state().active()).isZero();
    }
  }

  @Test
  void mustSayThatATransactionDidNotRunOnlyIfItCannotHave() throws Exception {
    try (Forgetful server = new Forgetful().hangsUpAt("EXEC", 1).hangsUpAt("SET", 1);
        JedisBed bed = new JedisBed(server.redis.port())) {
      JedisConnections pool = bed.guarded(2);
      Throwable sent =
          catchThrowable(
              () -> {
                try (Connection connection = pool.getConnection()) {
                  Transaction transaction = new Transaction(connection, true, false);
                  transaction.incr("key");
                  transaction.exec();
                }
              });
      assertThat(sent).isInstanceOf(AmbiguousJedisOutcomeException.class);
      Throwable unfinished =
          catchThrowable(
              () -> {
                try (Connection connection = pool.getConnection()) {
                  connection.executeCommand(Command.MULTI);
                  Jedises.ask(connection, "SET", "key", "value");
                }
              });
      assertThat(unfinished).isInstanceOf(JedisNotExecutedException.class);
      assertThat(NotExecutedException.in(unfinished)).isPresent();
      assertThat(server.ran("EXEC")).isOne();
    }
  }

  /** Idle ones that the server has closed are never lent, whatever they are wanted for. */
  @ParameterizedTest
  @ValueSource(ints = {1, 8})
  void mustReplaceUnseenWhatTheServerHasClosed(int connections) throws Exception {
    try (RedisServer redis = RedisServer.start();
        JedisBed bed = new JedisBed(redis.port())) {
      JedisConnections pool = bed.guarded(connections);
      UnifiedJedis client = bed.client(pool);
      for (int round = 1; round <= 20; round++) {
        Connection[] all = new Connection[connections];
        for (int i = 0; i < connections; i++) {
          all[i] = pool.getConnection();
        }
        for (Connection one : all) {
          one.close();
        }
        redis.killAllClients();
        assertThat(client.incr("key")).isEqualTo(3L * round - 2);
        redis.killAllClients();
        try (Connection connection = pool.getConnection()) {
          Pipeline pipeline = new Pipeline(connection, false);
          pipeline.incr("key");
          pipeline.sync();
        }
        redis.killAllClients();
        try (Connection connection = pool.getConnection()) {
          Transaction transaction = new Transaction(connection, true, false);
          transaction.incr("key");
          assertThat(transaction.exec()).containsExactly(3L * round);
        }
      }
      assertThat(bed.ends()).isNotEmpty().allMatch(end -> end.cause() == Cause.PEER_CLOSED);
    }
  }

  /** The caller's own timeout is his, and is not spent twice. */
  @Test
  void mustNotRepeatACallThatTimedOut() throws Exception {
    CountingStall stall = new CountingStall();
    try (ScriptedRedis server = ScriptedRedis.answering(stall::answer);
        JedisBed bed =
            new JedisBed("127.0.0.1", server.port(), config -> config.socketTimeoutMillis(3_000))) {
      UnifiedJedis client = bed.client(bed.guarded(2));
      assertThatThrownBy(() -> client.get("slow"))
          .isInstanceOf(AmbiguousJedisOutcomeException.class)
          .hasRootCauseInstanceOf(SocketTimeoutException.class);
      Await.until("it was read", JedisBed.SOON, () -> stall.reads.get() > 0);
      assertThat(stall.reads.get()).isOne();
      stall.released.countDown();
    }
  }

  private static final class CountingStall {

    private final AtomicInteger reads = new AtomicInteger();
    private final CountDownLatch released = new CountDownLatch(1);

    private @Nullable String answer(String command) {
      if (command.equals("GET")) {
        reads.incrementAndGet();
        try {
          if (!released.await(30, TimeUnit.SECONDS)) {
            return null;
          }
        } catch (InterruptedException over) {
          return null;
        }
      }
      return ScriptedRedis.plain(command);
    }
  }

  @Test
  void mustTellInJedisWordsWhyThereIsNoConnection() throws Exception {
    int nobody;
    try (RedisServer redis = RedisServer.start()) {
      nobody = redis.port();
      redis.command("CONFIG", "SET", "requirepass", "secret");
      try (JedisBed bed = new JedisBed("127.0.0.1", nobody, config -> config.password("wrong"))) {
        JedisConnections pool = bed.guarded(each -> each.acquireTimeout(Duration.ofSeconds(3)));
        assertThatThrownBy(pool::getConnection)
            .isInstanceOf(JedisDataException.class)
            .hasMessageContaining("WRONGPASS");
      }
      try (JedisBed bed =
          new JedisBed(
              "127.0.0.1", nobody, config -> config.password("secret").clientName("a b"))) {
        JedisConnections pool = bed.guarded(each -> each.acquireTimeout(Duration.ofSeconds(3)));
        assertThatThrownBy(pool::getConnection)
            .isInstanceOf(JedisException.class)
            .isNotInstanceOf(JedisConnectionException.class)
            .hasMessageStartingWith("client info cannot contain space");
      }
      try (JedisBed bed = new JedisBed("127.0.0.1", nobody, config -> config.password("secret"))) {
        JedisConnections pool =
            bed.guarded(each -> each.maxSize(1).acquireTimeout(Duration.ofSeconds(3)));
        try (Connection only = pool.getConnection()) {
          assertThat(only.ping()).isTrue();
          assertThatThrownBy(pool::getConnection)
              .isExactlyInstanceOf(JedisException.class)
              .hasMessage("Could not get a resource from the pool");
        }
      }
    }
    try (RefusingPort refusing = RefusingPort.at(nobody);
        JedisBed bed = new JedisBed(refusing.port())) {
      JedisConnections pool = bed.guarded(each -> each.acquireTimeout(Duration.ofSeconds(3)));
      assertThatThrownBy(pool::getConnection)
          .isInstanceOf(JedisConnectionException.class)
          .hasMessage("Could not get a resource from the pool");
    }
  }

  /** As every provider, it is closed with its client; and with its guard. */
  @Test
  void mustEndWithItsClientOrItsGuard() throws Exception {
    try (RedisServer redis = RedisServer.start();
        JedisBed bed = new JedisBed(redis.port())) {
      JedisConnections pool = bed.guarded(1);
      UnifiedJedis client = bed.client(pool);
      client.set("key", "value");
      client.close();
      assertThat(pool.state().total()).isZero();
      JedisGuard guard = bed.guard(builder -> builder.name("other"));
      JedisConnections others =
          guard.connections(
              new HostAndPort("127.0.0.1", redis.port()),
              DefaultJedisClientConfig.builder().build());
      assertThat(guard.pools()).hasSize(1);
      guard.close();
      assertThat(guard.pools()).isEmpty();
      assertThat(guard.health().well()).isFalse();
      assertThatThrownBy(others::getConnection).isInstanceOf(JedisException.class);
    }
  }
}
