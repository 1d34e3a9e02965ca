package dev.holdfast.redis.jedis;

import static dev.holdfast.redis.jedis.Jedises.ask;
import static dev.holdfast.redis.jedis.Jedises.command;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.internal.socket.Death;
import dev.holdfast.lab.RedisServer;
import dev.holdfast.redis.ScriptedRedis;
import dev.holdfast.retry.AmbiguousOutcomeException;
import dev.holdfast.usage.MixedUsageException;
import dev.holdfast.usage.Usage;
import dev.holdfast.usage.UsageRegistry;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Connection;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.RedisProtocol;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.args.Rawable;

/** However a connection ends: it has a name, a true cause, and its place is free. */
final class JedisEndingsTest {

  private static RedisServer redis;

  @BeforeAll
  static void start() {
    redis = RedisServer.start();
  }

  @AfterAll
  static void stop() {
    redis.close();
  }

  private static void assertLostTo(Cause cause, Throwable thrown) {
    assertThat(AmbiguousOutcomeException.in(thrown))
        .hasValueSatisfying(outcome -> assertThat(outcome.lostTo()).isEqualTo(cause));
  }

  /** Its socket is closed by then, and has no timeout that could be set back. */
  @Test
  void mustNameABlockingCommandWhoseConnectionIsGivenUp() throws Exception {
    try (JedisBed bed = new JedisBed(redis.port())) {
      JedisConnections pool = bed.guarded(1);
      UnifiedJedis client = bed.client(pool);
      GuardedConnection only;
      try (Connection one = pool.getConnection()) {
        only = (GuardedConnection) one;
      }
      Thread path =
          new Thread(
              () -> {
                while (!redis.command("INFO", "clients").contains("blocked_clients:1")) {
                  Thread.onSpinWait();
                }
                only.open().end().condemn(new Death(Cause.KERNEL_TIMEOUT, "none"));
              });
      path.start();
      assertThatThrownBy(() -> client.blpop(0, "nothing"))
          .satisfies(thrown -> assertLostTo(Cause.KERNEL_TIMEOUT, thrown));
      path.join();
    }
  }

  /** Checked, and undeclared as Kotlin's may be. */
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <T extends Throwable> byte[] theirs() throws T {
    throw (T) new Exception("theirs");
  }

  @Test
  void mustLeaveNoHalfOfACommandBehindWhatItsCallerThrows() throws Exception {
    try (JedisBed bed = new JedisBed(redis.port())) {
      JedisConnections pool = bed.guarded(1);
      Rawable value = () -> JedisEndingsTest.<RuntimeException>theirs();
      try (Connection one = pool.getConnection()) {
        assertThatThrownBy(
                () ->
                    one.sendCommand(
                        new CommandArguments(Protocol.Command.SET).add("half").add(value)))
            .hasMessage("theirs");
      }
      UnifiedJedis client = bed.client(pool);
      assertThat(client.set("whole", "1")).isEqualTo("OK");
      assertThat(client.get("whole")).isEqualTo("1");
    }
  }

  @Test
  void mustEndTheClaimOnItsEndpointWithItsLastPool() throws Exception {
    UsageRegistry uses = new UsageRegistry();
    String endpoint = "127.0.0.1:" + redis.port();
    try (JedisBed bed = new JedisBed(redis.port())) {
      JedisGuard guard = bed.guard(each -> each.usage(Usage.LONG_LIVED).usageRegistry(uses));
      JedisConnections first = bed.guarded(guard, pool -> pool);
      JedisConnections last = bed.guarded(guard, pool -> pool);
      first.getConnection().close();
      first.close();
      assertThatThrownBy(() -> uses.declare(endpoint, Usage.SHORT_LIVED))
          .isInstanceOf(MixedUsageException.class);
      last.close();
      uses.declare(endpoint, Usage.SHORT_LIVED).close();
    }
  }

  @Test
  void mustFreeThePlaceOfWhatItsBorrowerGaveUp() throws Exception {
    try (JedisBed bed = new JedisBed(redis.port())) {
      JedisConnections pool = bed.guarded(1);
      try (Connection given = pool.getConnection()) {
        given.setSoTimeout(17);
        given.disconnect();
      }
      assertThat(pool.state().active()).isZero();
    }
  }

  @Test
  void mustSetBackATimeoutThatItsBorrowerLeftInfinite() throws Exception {
    try (JedisBed bed = new JedisBed(redis.port())) {
      JedisConnections pool = bed.guarded(1);
      try (Connection first = pool.getConnection()) {
        first.setTimeoutInfinite();
      }
      try (GuardedConnection next = (GuardedConnection) pool.getConnection()) {
        assertThat(next.open().base().getSoTimeout()).isEqualTo(5_000);
        next.setTimeoutInfinite();
        assertThat(next.disprove(5_000)).isNull();
        assertThat(next.open().base().getSoTimeout()).isZero();
      }
    }
  }

  /** The next command would get the answer to this PING. */
  @Test
  void mustNotTakeAnotherAnswerForAProof() throws Exception {
    try (ScriptedRedis server = replacing("PING", "$4\r\nlate\r\n+PONG");
        JedisBed bed = new JedisBed(server.port());
        GuardedConnection connection = (GuardedConnection) bed.guarded(1).getConnection()) {
      assertThat(connection.disprove(5_000))
          .extracting(Death::cause)
          .isEqualTo(Cause.UNSOLICITED_INPUT);
    }
  }

  private static ScriptedRedis replacing(String command, @Nullable String answer) {
    return ScriptedRedis.answering(
        each -> each.equals(command) ? answer : ScriptedRedis.plain(each));
  }

  @Test
  void mustNameWhatIsSentByHandOverAConnectionForOneCommand() throws Exception {
    try (ScriptedRedis server = replacing("INCR", null);
        JedisBed bed = new JedisBed(server.port());
        Connection connection = bed.guarded(1).getConnection(command("INCR", "n"))) {
      assertThatThrownBy(() -> ask(connection, "INCR", "n"))
          .satisfies(thrown -> assertLostTo(Cause.PEER_CLOSED, thrown));
    }
  }

  @Test
  void mustNotCallGarbageAnEnd() throws Exception {
    try (ScriptedRedis server = replacing("GET", "?");
        JedisBed bed = new JedisBed(server.port())) {
      UnifiedJedis client = bed.client(bed.guarded(1));
      assertThatThrownBy(() -> client.get("n"))
          .satisfies(thrown -> assertLostTo(Cause.UNSOLICITED_INPUT, thrown));
    }
  }

  /** Closed before or while it is read: neither is evidence about the path. */
  @Test
  void mustBlameNobodyForWhatItsBorrowerCloses() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch over = new CountDownLatch(1);
    try (ScriptedRedis server =
            ScriptedRedis.answering(
                command -> {
                  if (command.equals("INCR")) {
                    asked.countDown();
                    await(over);
                  }
                  return ScriptedRedis.plain(command);
                });
        JedisBed bed = new JedisBed(server.port());
        Connection connection = bed.guarded(1).getConnection()) {
      Thread closer =
          new Thread(
              () -> {
                await(asked);
                connection.disconnect();
              });
      closer.start();
      assertThatThrownBy(() -> ask(connection, "INCR", "n"))
          .satisfies(thrown -> assertLostTo(Cause.LOCAL_CLOSE, thrown));
      closer.join();
      assertThat(bed.ends()).isEmpty();
      over.countDown();
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException never) {
      Thread.currentThread().interrupt();
    }
  }

  /** An error is an answer: the replay is booked as one that worked. */
  @Test
  void mustBookAReplayThatIsAnsweredByAnError() throws Exception {
    AtomicInteger reads = new AtomicInteger();
    try (ScriptedRedis server =
            ScriptedRedis.answering(
                command -> {
                  if (!command.equals("GET")) {
                    return ScriptedRedis.plain(command);
                  }
                  return reads.getAndIncrement() == 0 ? null : "-WRONGTYPE no string";
                });
        JedisBed bed = new JedisBed(server.port())) {
      JedisGuard guard = bed.guard(each -> each);
      UnifiedJedis client = bed.client(bed.guarded(guard, pool -> pool.maxSize(1)));
      assertThatThrownBy(() -> client.get("n")).hasMessageContaining("WRONGTYPE");
      assertThat(guard.retry().getMetrics().getNumberOfSuccessfulCallsWithRetryAttempt()).isOne();
    }
  }

  /** What a RESP3 server pushes while somebody has the connection is his, and no answer. */
  @Test
  void mustNotMindWhatIsPushedIntoASession() throws Exception {
    try (JedisBed bed =
            new JedisBed(
                "127.0.0.1", redis.port(), config -> config.protocol(RedisProtocol.RESP3));
        GuardedConnection connection =
            (GuardedConnection)
                bed.guarded(
                        bed.guard(each -> each.probeAfter(Duration.ofNanos(1))),
                        pool -> pool.maxSize(1))
                    .getConnection()) {
      ask(connection, "CLIENT", "TRACKING", "ON");
      ask(connection, "GET", "watched");
      ask(connection, "WATCH", "watched");
      redis.command("SET", "watched", "changed");
      long from = System.nanoTime();
      while (connection.open().base().getInputStream().available() == 0) {
        assertThat(System.nanoTime() - from).isLessThan(JedisBed.SOON.toNanos());
      }
      if (JedisSupport.tellsPushesFromAnswers()) {
        assertThat(ask(connection, "INCR", "pushed")).isEqualTo(1L);
      } else {
        assertThatThrownBy(() -> ask(connection, "INCR", "pushed"))
            .isInstanceOf(JedisNotExecutedException.class);
      }
    }
  }
}
