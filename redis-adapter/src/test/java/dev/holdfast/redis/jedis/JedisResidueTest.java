package dev.holdfast.redis.jedis;

import static dev.holdfast.redis.jedis.Jedises.ask;
import static dev.holdfast.redis.jedis.Jedises.send;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.lab.RedisServer;
import dev.holdfast.redis.Residue;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import redis.clients.jedis.Connection;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.Transaction;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;

/** What one borrower did must not happen to the next. */
final class JedisResidueTest {

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

  private static Arguments leaves(Residue residue, Consumer<Connection> borrower) {
    return Arguments.of(residue, borrower);
  }

  static Stream<Arguments> borrowers() {
    return Stream.of(
        leaves(Residue.TRANSACTION, c -> ask(c, "MULTI")),
        leaves(Residue.TRANSACTION, c -> send(c, "MULTI")),
        leaves(
            Residue.TRANSACTION,
            c -> {
              ask(c, "MULTI");
              ask(c, "SELECT", "4");
            }),
        leaves(Residue.WATCH, c -> ask(c, "WATCH", "key")),
        leaves(Residue.DATABASE, c -> ask(c, "SELECT", "5")),
        leaves(
            Residue.DATABASE,
            c -> {
              ask(c, "MULTI");
              ask(c, "SELECT", "5");
              ask(c, "EXEC");
            }),
        leaves(
            Residue.DATABASE,
            c -> {
              ask(c, "SELECT", "5");
              ask(c, "MULTI");
              ask(c, "SELECT", "0");
              ask(c, "DISCARD");
            }),
        leaves(Residue.SUBSCRIPTION, c -> ask(c, "SUBSCRIBE", "news")),
        leaves(Residue.IDENTITY, c -> ask(c, "AUTH", "default", "any")),
        leaves(Residue.SETTINGS, c -> ask(c, "CLIENT", "SETNAME", "mine")),
        leaves(Residue.SETTINGS, c -> ask(c, "CLIENT", "NO-EVICT", "ON")),
        leaves(Residue.TRACKING, JedisResidueTest::track),
        leaves(
            Residue.TRACKING,
            c -> {
              track(c);
              ask(c, "CLIENT", "CACHING", "YES");
              ask(c, "GET", "key");
            }),
        leaves(Residue.REPLY_MODE, c -> send(c, "CLIENT", "REPLY", "OFF")),
        leaves(Residue.REPLY_MODE, c -> send(c, "CLIENT", "REPLY", "SKIP")),
        leaves(Residue.MONITOR, c -> ask(c, "MONITOR")),
        leaves(Residue.UNANSWERED, c -> send(c, "INCR", "unsent")),
        leaves(
            Residue.UNANSWERED,
            c -> {
              send(c, "INCR", "n");
              send(c, "INCR", "n");
              c.getOne();
            }));
  }

  /** By RESP2 it needs a connection to tell. */
  private static void track(Connection connection) {
    String id = String.valueOf(ask(connection, "CLIENT", "ID"));
    ask(connection, "CLIENT", "TRACKING", "ON", "REDIRECT", id, "OPTIN");
  }

  @ParameterizedTest
  @MethodSource("borrowers")
  void mustNotLendWhatIsNotAsItWas(Residue residue, Consumer<Connection> borrower)
      throws Exception {
    try (JedisBed bed = new JedisBed(redis.port())) {
      JedisConnections pool = bed.guarded(1);
      Object id;
      try (Connection first = pool.getConnection()) {
        id = ask(first, "CLIENT", "ID");
        borrower.accept(first);
      }
      assertThat(bed.meter("holdfast.pool.residues", "residue", residue.tag())).isOne();
      try (Connection next = pool.getConnection()) {
        assertThat(ask(next, "CLIENT", "ID")).isNotEqualTo(id);
        ask(next, "SET", "where", "here");
      }
      assertThat(redis.command("GET", "where")).isEqualTo("here");
      assertThat(redis.counter("unsent")).isZero();
    }
  }

  static Stream<Consumer<Connection>> tidy() {
    return Stream.of(
        c -> ask(c, "INCR", "n"),
        c -> {
          ask(c, "MULTI");
          ask(c, "INCR", "n");
          ask(c, "EXEC");
        },
        c -> {
          ask(c, "WATCH", "key");
          ask(c, "UNWATCH");
        },
        c -> {
          ask(c, "SELECT", "5");
          ask(c, "SELECT", "0");
        },
        c -> {
          ask(c, "WATCH", "key");
          ask(c, "MULTI");
          ask(c, "DISCARD");
        },
        c -> {
          ask(c, "MULTI");
          assertThatThrownBy(() -> ask(c, "SET", "too-few")).isInstanceOf(JedisDataException.class);
          assertThatThrownBy(() -> ask(c, "EXEC")).hasMessageContaining("EXECABORT");
        },
        c -> assertThatThrownBy(() -> ask(c, "EXEC")).isInstanceOf(JedisDataException.class),
        c -> assertThatThrownBy(() -> ask(c, "SELECT", "x")).isInstanceOf(JedisDataException.class),
        c -> ask(c, "CLIENT", "LIST"),
        c -> c.setSoTimeout(17),
        c -> {
          Pipeline pipeline = new Pipeline(c, false);
          pipeline.incr("n");
          pipeline.get("n");
          pipeline.sync();
        },
        c -> {
          Transaction transaction = new Transaction(c, true, false);
          transaction.incr("n");
          transaction.exec();
        });
  }

  @ParameterizedTest
  @MethodSource("tidy")
  void mustLendAgainWhatIsAsItWas(Consumer<Connection> borrower) throws Exception {
    try (JedisBed bed = new JedisBed(redis.port())) {
      JedisConnections pool = bed.guarded(1);
      Object id;
      int timeout;
      try (Connection first = pool.getConnection()) {
        timeout = first.getSoTimeout();
        id = ask(first, "CLIENT", "ID");
        borrower.accept(first);
      }
      try (Connection next = pool.getConnection()) {
        assertThat(ask(next, "CLIENT", "ID")).isEqualTo(id);
        assertThat(next.getSoTimeout()).isEqualTo(timeout);
      }
      assertThat(bed.meter("holdfast.pool.residues")).isZero();
    }
  }

  private static Arguments asks(boolean lentAgain, Consumer<Connection> borrower) {
    return Arguments.of(lentAgain, borrower);
  }

  static Stream<Arguments> redirected() {
    return Stream.of(
        asks(
            true,
            c -> {
              ask(c, "ASKING");
              ask(c, "ECHO", "one");
            }),
        asks(
            true,
            c -> {
              send(c, "ASKING");
              send(c, "ECHO", "one");
              c.getMany(2);
            }),
        asks(
            true,
            c -> {
              ask(c, "ASKING");
              ask(c, "MULTI");
              ask(c, "ECHO", "one");
              ask(c, "EXEC");
            }),
        asks(
            true,
            c -> {
              ask(c, "MULTI");
              ask(c, "ASKING");
              ask(c, "EXEC");
            }),
        asks(
            true,
            c -> {
              ask(c, "MULTI");
              ask(c, "ASKING");
              ask(c, "DISCARD");
            }),
        asks(false, c -> ask(c, "ASKING")),
        asks(
            false,
            c -> {
              ask(c, "ASKING");
              ask(c, "ECHO", "one");
              ask(c, "ASKING");
            }),
        asks(false, c -> ask(c, "READONLY")),
        asks(
            false,
            c -> {
              ask(c, "READONLY");
              ask(c, "ECHO", "one");
            }));
  }

  /** {@code ASKING} holds for the next command, {@code READONLY} as long as the connection does. */
  @ParameterizedTest
  @MethodSource("redirected")
  void mustTellWhatIsUsedUpFromWhatLasts(boolean lentAgain, Consumer<Connection> borrower)
      throws Exception {
    try (RedisServer node = RedisServer.builder().clustered().start();
        JedisBed bed = new JedisBed(node.port())) {
      JedisConnections pool = bed.guarded(1);
      Object id;
      try (Connection first = pool.getConnection()) {
        id = ask(first, "CLIENT", "ID");
        borrower.accept(first);
      }
      assertThat(bed.meter("holdfast.pool.residues", "residue", Residue.SETTINGS.tag()))
          .isEqualTo(lentAgain ? 0 : 1);
      try (Connection next = pool.getConnection()) {
        assertThat(ask(next, "CLIENT", "ID").equals(id)).isEqualTo(lentAgain);
      }
    }
  }

  /** A PING of the guard's would be the command that was asked for. */
  @Test
  void mustNotProveAConnectionBetweenAskingAndItsCommand() throws Exception {
    try (RedisServer node = RedisServer.builder().clustered().start();
        JedisBed bed = new JedisBed(node.port())) {
      JedisConnections pool =
          bed.guarded(
              bed.guard(guard -> guard.probeAfter(Duration.ofNanos(1))), size -> size.maxSize(1));
      try (Connection connection = pool.getConnection()) {
        ask(connection, "ASKING");
        double before = bed.meter("holdfast.probes");
        ask(connection, "PUBLISH", "news", "one");
        assertThat(bed.meter("holdfast.probes")).isEqualTo(before);
        ask(connection, "PUBLISH", "news", "two");
        assertThat(bed.meter("holdfast.probes")).isGreaterThan(before);
      }
    }
  }

  /** An answer that Jedis has read ahead and nobody asked for would be the next borrower's. */
  @Test
  void mustNotLendAConnectionWithAnAnswerLeftInItsBuffer() throws Exception {
    try (JedisBed bed = new JedisBed(redis.port())) {
      JedisConnections pool = bed.guarded(1);
      try (Connection first = pool.getConnection()) {
        send(first, "ECHO", "one");
        send(first, "ECHO", "two");
        assertThat(first.getBulkReply()).isEqualTo("one");
      }
      try (Connection next = pool.getConnection()) {
        send(next, "ECHO", "three");
        assertThat(next.getBulkReply()).isEqualTo("three");
      }
    }
  }

  /** Jedis opens a closed connection by itself, without AUTH and SELECT. */
  @Test
  void mustNeverWriteToAnotherDatabaseThanTheConfigured() throws Exception {
    try (JedisBed bed = new JedisBed("127.0.0.1", redis.port(), config -> config.database(3))) {
      JedisConnections pool = bed.guarded(1);
      try (Connection first = pool.getConnection()) {
        ask(first, "PING");
        first.disconnect();
        assertThatThrownBy(() -> ask(first, "SET", "key", "value"))
            .isInstanceOf(JedisConnectionException.class);
      }
      UnifiedJedis client = bed.client(pool);
      redis.killAllClients();
      client.set("key", "value");
      assertThat(redis.command("DBSIZE")).isEqualTo("0");
      try (Connection next = pool.getConnection()) {
        assertThat(ask(next, "DBSIZE")).isEqualTo(1L);
      }
    }
  }

  /** A Jedis on a guarded connection is the connection's borrower. */
  @Test
  void mustGiveBackOnceWhatIsClosedTwice() throws Exception {
    try (JedisBed bed = new JedisBed(redis.port())) {
      JedisConnections pool = bed.guarded(2);
      Connection connection = pool.getConnection();
      try (Jedis jedis = new Jedis(connection)) {
        jedis.set("key", "value");
        assertThat(jedis.get("key")).isEqualTo("value");
      }
      connection.close();
      assertThat(pool.state().idle()).isOne();
      assertThat(pool.state().active()).isZero();
    }
  }

  /** Code that asks for Jedis' own pool gets the same connections. */
  @Test
  void mustShowItsConnectionsAsAPoolOfJedis() throws Exception {
    try (JedisBed bed = new JedisBed(redis.port())) {
      JedisConnections pool = bed.guarded(1);
      for (int i = 0; i < 5; i++) {
        try (Connection shown = pool.getPool().getResource()) {
          assertThat(shown.ping()).isTrue();
          assertThat(pool.state().active()).isOne();
        }
        assertThat(pool.getPool().getNumActive()).isZero();
      }
      assertThat(pool.state().idle()).isOne();
      assertThat(pool.state().total()).isOne();
    }
  }
}
