package dev.holdfast.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a client meets at the middlebox, seen by a bare socket with a real Redis behind. */
@Timeout(60)
class MiddleboxTest {
  private static final Duration SOON = Duration.ofSeconds(10);

  /** And its first command, on a machine that stands still meanwhile. */
  private static final Duration LONGER_THAN_A_CONNECT = Duration.ofSeconds(3);

  private static RedisServer redis;

  @BeforeAll
  static void startRedis() {
    redis = RedisServer.start();
  }

  @AfterAll
  static void stopRedis() {
    redis.close();
  }

  @BeforeEach
  void emptyRedis() {
    redis.command("FLUSHALL");
  }

  private static Middlebox box(Forgetting forgetting) {
    return Middlebox.to(redis.port()).forgetting(forgetting).start();
  }

  private static InlineClient connected(Middlebox box) throws IOException {
    InlineClient client = new InlineClient(box.port());
    client.send("PING").answers("+PONG");
    return client;
  }

  @Test
  void mustForwardBothWaysAndCount() throws IOException {
    try (Middlebox box = box(Forgetting.SILENCE);
        InlineClient client = connected(box)) {
      client.send("INCR n").answers(":1");

      assertThat(redis.counter("n")).isEqualTo(1);
      assertThat(box.connectionsAccepted()).isEqualTo(1);
      assertThat(box.flowsOpen()).isEqualTo(1);
      assertThat(box.bytesToServer()).isEqualTo("PING\r\nINCR n\r\n".length());
      Await.until(
          "the reply is counted", SOON, () -> box.bytesToClient() == "+PONG\r\n:1\r\n".length());
      assertThat(box.flowsForgotten()).isZero();
    }
  }

  @Test
  void mustCarryMoreThanItsBuffersHold() throws IOException {
    String value = "x".repeat(5_000_000);
    redis.command("SET", "big", value);
    try (Middlebox box = box(Forgetting.SILENCE);
        InlineClient client = connected(box)) {
      client.send("GET big");
      client.answers("$5000000");
      client.answers(value);
      client.send("PING").answers("+PONG");
    }
  }

  @Test
  void mustPassOnFinOfEitherSide() throws IOException {
    try (Middlebox box = box(Forgetting.SILENCE)) {
      try (InlineClient client = connected(box)) {
        client.send("QUIT").answers("+OK");
        client.meetsFin();
      }
      connected(box).close();
      Await.until("both flows are gone", SOON, () -> box.flowsOpen() == 0);
      Await.until("Redis has only the asking client", SOON, () -> redisClients() == 1);
    }
  }

  @Test
  void mustPassOnRefusalAsReset() throws IOException {
    try (Socket deaf = new Socket()) {
      deaf.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)); // and never listens
      try (Middlebox box = Middlebox.to(deaf.getLocalPort()).start();
          InlineClient client = new InlineClient(box.port())) {
        client.meetsReset();
        assertThat(box.resetsSent()).isEqualTo(1);
      }
    }
  }

  @Test
  void mustResetForgottenFlowOnItsNextByteOnly() throws IOException {
    try (Middlebox box = box(Forgetting.RESET_ON_NEXT_BYTE);
        InlineClient client = connected(box)) {
      box.forgetAll();

      client.hearsNothing();
      assertThat(redisClients()).isEqualTo(2);
      client.send("INCR n").meetsReset();
      assertThat(redis.counter("n")).isZero();
      assertThat(box.resetsSent()).isEqualTo(1);
      Await.until("the server side is closed too", SOON, () -> redisClients() == 1);
    }
  }

  @Test
  void mustDropEverythingOfSilentlyForgottenFlow() throws IOException {
    try (Middlebox box = box(Forgetting.SILENCE);
        InlineClient client = connected(box)) {
      box.forgetAll();

      client.send("INCR n").hearsNothing();
      redis.command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
      client.send("INCR n").hearsNothing();
      Await.until("both are eaten", SOON, () -> box.bytesDropped() == 2L * "INCR n\r\n".length());
      assertThat(redis.counter("n")).isZero();
      assertThat(box.resetsSent()).isZero();
    }
  }

  @Test
  void mustSwallowServersFinAndResetNextByte() throws IOException {
    try (Middlebox box = box(Forgetting.FIN_LOST);
        InlineClient client = connected(box)) {
      redis.command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
      Await.until("the FIN is lost", SOON, () -> box.flowsForgotten() == 1);

      client.hearsNothing();
      client.send("INCR n").meetsReset();
      assertThat(redis.counter("n")).isZero();
    }
  }

  @Test
  void mustCloseServersEndWhenFinIsLostAtForgetting() throws IOException {
    try (Middlebox box = box(Forgetting.FIN_LOST);
        InlineClient client = connected(box)) {
      box.forgetAll();

      Await.until("Redis sees its client go", SOON, () -> redisClients() == 1);
      client.send("INCR n").meetsReset();
    }
  }

  @Test
  void mustLoseFinOfRedisOwnTimeout() throws IOException {
    try (RedisServer impatient = RedisServer.builder().idleTimeout(LONGER_THAN_A_CONNECT).start();
        Middlebox box = Middlebox.to(impatient.port()).forgetting(Forgetting.FIN_LOST).start();
        InlineClient client = connected(box)) {
      Await.until("Redis has closed", SOON, () -> box.flowsForgotten() == 1);
      client.send("INCR n").meetsReset();
    }
  }

  @ParameterizedTest
  @EnumSource(Forgetting.class)
  void mustForgetAtIdleLimitAndAcceptNewFlows(Forgetting forgetting) throws IOException {
    try (Middlebox box =
            Middlebox.to(redis.port())
                .forgetting(forgetting)
                .idleLimit(LONGER_THAN_A_CONNECT)
                .start();
        InlineClient client = connected(box)) {
      Await.until("the flow is forgotten", SOON, () -> box.flowsForgotten() == 1);
      client.send("INCR n");
      connected(box).close();
      assertThat(redis.counter("n")).isZero();
      assertThat(box.connectionsAccepted()).isEqualTo(2);
    }
  }

  @Test
  void mustEatRepliesOfPresentFlowsOnlyThenFin() throws IOException {
    try (Middlebox box = box(Forgetting.SILENCE);
        InlineClient client = connected(box)) {
      box.swallowReplies();
      client.send("INCR n");
      Await.until("the reply is eaten", SOON, () -> box.bytesDropped() > 0);
      connected(box).close();
      client.hearsNothing();

      box.finAll();
      client.meetsFin();
      assertThat(redis.counter("n")).isEqualTo(1);
      assertThat(box.resetsSent()).isZero();
    }
  }

  @Test
  void mustResetClientsAtOnce() throws IOException {
    try (Middlebox box = box(Forgetting.SILENCE);
        InlineClient client = connected(box)) {
      box.resetAll();
      client.meetsReset();
      assertThat(box.resetsSent()).isEqualTo(1);
    }
  }

  @Test
  void mustDeliverHeldBytesWhenHealed() throws IOException {
    try (Middlebox box = box(Forgetting.SILENCE);
        InlineClient client = connected(box)) {
      box.blackhole();
      client.send("INCR n").hearsNothing();
      assertThat(redis.counter("n")).isZero();
      box.heal();
      client.answers(":1");
    }
  }

  @Test
  void mustDeliverGhostOfClosedClientButNotOfOneThatReset() throws IOException {
    try (Middlebox box = box(Forgetting.SILENCE)) {
      InlineClient orderly = connected(box).send("SET orderly 1");
      InlineClient abrupt = connected(box).send("SET abrupt 1");
      orderly.answers("+OK");
      abrupt.answers("+OK");
      box.blackhole();
      orderly.send("INCR orderly").close();
      abrupt.send("INCR abrupt").closeByReset();
      box.heal();

      Await.until("the ghost is written", SOON, () -> redis.counter("orderly") == 2);
      Await.until("both flows are gone", SOON, () -> box.flowsOpen() == 0);
      assertThat(redis.counter("abrupt")).isEqualTo(1);
    }
  }

  @Test
  void mustDelayReplies() throws IOException {
    try (Middlebox box = box(Forgetting.SILENCE);
        InlineClient client = connected(box)) {
      box.delayReplies(Duration.ofMillis(300));
      long sent = System.nanoTime();
      client.send("PING").answers("+PONG");
      assertThat(Duration.ofNanos(System.nanoTime() - sent)).isGreaterThan(Duration.ofMillis(299));
    }
  }

  @Test
  void mustCloseEverythingAndRefuseControlsAfterwards() throws IOException {
    Middlebox box = box(Forgetting.SILENCE);
    try (InlineClient client = connected(box)) {
      box.close();
      box.close();
      client.meetsFin();
      assertThat(box.flowsOpen()).isZero();
      assertThatIllegalStateException()
          .isThrownBy(box::forgetAll)
          .withMessageContaining("it is closed");
    }
  }

  @Test
  void mustRefuseSettingsThatCannotBeMeant() {
    assertThatIllegalArgumentException().isThrownBy(() -> Middlebox.to(0));
    Middlebox.Builder builder = Middlebox.to(1);
    assertThatIllegalArgumentException().isThrownBy(() -> builder.idleLimit(Duration.ZERO));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.delayReplies(Duration.ofMillis(-1)));
  }

  private static long redisClients() {
    return redis.command("CLIENT", "LIST").lines().filter(line -> !line.isBlank()).count();
  }
}
