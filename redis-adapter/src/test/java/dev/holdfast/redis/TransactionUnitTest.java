package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.lab.Await;
import dev.holdfast.lab.Forgetting;
import dev.holdfast.lab.RedisServer;
import dev.holdfast.retry.AmbiguousOutcomeException;
import dev.holdfast.retry.NotExecutedException;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.KeyValue;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.TransactionResult;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.ProtocolKeyword;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A transaction is one unit, opened by what the server has said and by nothing else; the guard puts
 * nothing of its own into it and takes nothing out.
 */
final class TransactionUnitTest {

  private static final Duration IDLE = Duration.ofMillis(1_100);

  private static RedisServer redis;

  @BeforeAll
  static void start() {
    redis = RedisServer.start();
    redis.command(
        "ACL", "SETUSER", "poor", "on", ">poor", "~*", "+@all", "-multi", "-@dangerous", "+info");
  }

  @AfterAll
  static void stop() {
    redis.close();
  }

  @BeforeEach
  void clean() {
    redis.command("FLUSHALL");
    redis.command("CONFIG", "RESETSTAT");
  }

  /** Proves before every command that may not run twice, and pings whenever it may. */
  private static LettuceGuard eager(RedisBed bed) {
    return bed.guard(builder -> builder.probeAfter(Duration.ofNanos(1)));
  }

  private static long pings() {
    return RedisBed.calls(redis, "ping");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void mustSendNothingIntoAnOpenTransaction(boolean always) throws Exception {
    try (RedisBed bed = new RedisBed(redis, Forgetting.SILENCE)) {
      LettuceGuard guard = always ? eager(bed) : bed.guard();
      try (var connection = bed.guarded(guard).connect()) {
        var commands = connection.sync();
        commands.set("name", "ann");
        commands.set("iban", "DE1");
        commands.multi();
        long before = pings();
        Await.idle(IDLE);
        var name = connection.async().get("name").toCompletableFuture();
        connection.async().incrby("sum", 5);
        var iban = connection.async().get("iban").toCompletableFuture();
        TransactionResult result = commands.exec();
        assertThat(pings()).isEqualTo(before);
        assertThat(name.get(5, TimeUnit.SECONDS)).isEqualTo("ann");
        assertThat(iban.get(5, TimeUnit.SECONDS)).isEqualTo("DE1");
        assertThat(result.stream()).containsExactly("ann", 5L, "DE1");
      }
    }
  }

  @Test
  void mustNotTakeARefusedMultiForATransaction() throws Exception {
    try (RedisBed bed = new RedisBed(redis, Forgetting.SILENCE)) {
      RedisURI uri =
          RedisURI.builder(bed.viaMiddlebox()).withAuthentication("poor", "poor").build();
      RedisClient client = bed.guarded(bed.guard(), ClientOptions.create(), uri);
      try (var connection = client.connect()) {
        assertThatThrownBy(() -> connection.sync().multi()).hasMessageContaining("NOPERM");
        bed.middlebox().swallowReplies();
        var lost = connection.async().incr("ran").toCompletableFuture();
        Await.until("it ran", RedisBed.SOON, () -> redis.counter("ran") == 1);
        bed.middlebox().finAll();
        assertThatThrownBy(() -> lost.get(5, TimeUnit.SECONDS))
            .matches(thrown -> AmbiguousOutcomeException.in(thrown).isPresent());
        assertThat(connection.sync().get("ran")).isEqualTo("1");
        assertThat(connection.sync().incr("ran")).isEqualTo(2);
      }
    }
  }

  /** Had the server refused the MULTI, what follows it would have run. */
  @Test
  void mustNotClaimThatCommandsBehindAnUnansweredMultiDidNotRun() throws Exception {
    try (RedisBed bed = new RedisBed(redis, Forgetting.SILENCE)) {
      RedisURI uri =
          RedisURI.builder(bed.viaMiddlebox()).withAuthentication("poor", "poor").build();
      RedisClient client = bed.guarded(bed.guard(), ClientOptions.create(), uri);
      try (var connection = client.connect()) {
        connection.sync().ping();
        bed.middlebox().swallowReplies();
        connection.async().multi();
        var member = connection.async().incr("ran").toCompletableFuture();
        Await.until("it ran", RedisBed.SOON, () -> redis.counter("ran") == 1);
        bed.middlebox().finAll();
        assertThatThrownBy(() -> member.get(5, TimeUnit.SECONDS))
            .matches(thrown -> AmbiguousOutcomeException.in(thrown).isPresent());
        assertThatThrownBy(() -> connection.sync().exec())
            .matches(thrown -> NotExecutedException.in(thrown).isPresent());
        assertThat(connection.sync().get("ran")).isEqualTo("1");
      }
    }
  }

  @Test
  void mustHoldALargeTransactionWhole() throws Exception {
    int members = 12_000;
    try (RedisBed bed = new RedisBed(redis, Forgetting.SILENCE);
        var connection = bed.guarded(bed.guard()).connect()) {
      connection.sync().ping();
      Await.idle(IDLE);
      connection.setAutoFlushCommands(false);
      connection.async().multi();
      List<CompletableFuture<Long>> answers = new ArrayList<>();
      for (int i = 1; i <= members; i++) {
        answers.add(connection.async().incrby("sum", i).toCompletableFuture());
      }
      var exec = connection.async().exec().toCompletableFuture();
      connection.flushCommands();
      connection.setAutoFlushCommands(true);
      assertThat(exec.get(30, TimeUnit.SECONDS).size()).isEqualTo(members);
      long sum = 0;
      for (int i = 1; i <= members; i++) {
        sum += i;
        assertThat(answers.get(i - 1).get(5, TimeUnit.SECONDS)).isEqualTo(sum);
      }
    }
  }

  @Test
  void mustLetABlockingCommandIntoATransaction() throws Exception {
    try (RedisBed bed = new RedisBed(redis, Forgetting.SILENCE)) {
      LettuceGuard guard = bed.guard();
      try (var connection = guard.shared(bed.guarded(guard).connect())) {
        connection.sync().rpush("list", "first");
        connection.sync().multi();
        connection.sync().incr("count");
        connection.sync().blpop(1, "list");
        connection.sync().blpop(1, "list");
        assertThat(connection.sync().exec().stream())
            .containsExactly(1L, KeyValue.just("list", "first"), null);
      }
    }
  }

  /** Its caller goes while the guard holds it; Lettuce has registered it for EXEC's answer. */
  @Test
  void mustGiveEachMemberItsOwnAnswerThoughOneWasCancelledWhileHeld() throws Exception {
    try (RedisBed bed = new RedisBed(redis, Forgetting.SILENCE);
        var connection = bed.guarded(bed.guard()).connect()) {
      connection.sync().ping();
      Await.idle(IDLE);
      redis.command("CLIENT", "PAUSE", "150", "ALL"); // less than it takes to be given up
      connection.async().multi();
      var first = connection.async().incrby("one", 1).toCompletableFuture();
      var cancelled = connection.async().incrby("two", 2);
      var last = connection.async().incrby("three", 3).toCompletableFuture();
      cancelled.toCompletableFuture().cancel(true);
      var exec = connection.async().exec().toCompletableFuture();
      assertThat(exec.get(5, TimeUnit.SECONDS).size()).isEqualTo(3);
      assertThat(first.get(5, TimeUnit.SECONDS)).isEqualTo(1);
      assertThat(last.get(5, TimeUnit.SECONDS)).isEqualTo(3);
      assertThat(redis.counter("two")).isEqualTo(2);
    }
  }

  @Test
  void mustNotRunAHeldTransactionWhoseExecWasCancelled() throws Exception {
    try (RedisBed bed = new RedisBed(redis, Forgetting.SILENCE);
        var connection = bed.guarded(bed.guard()).connect()) {
      connection.sync().ping();
      Await.idle(IDLE);
      redis.command("CLIENT", "PAUSE", "150", "ALL");
      connection.async().multi();
      var member = connection.async().incr("none").toCompletableFuture();
      connection.async().exec().toCompletableFuture().cancel(true);
      assertThatThrownBy(() -> member.get(5, TimeUnit.SECONDS))
          .matches(thrown -> NotExecutedException.in(thrown).isPresent());
      assertThat(connection.sync().incr("alone")).isEqualTo(1);
      assertThat(redis.counter("none")).isZero();
      assertThat(redis.command("CLIENT", "LIST")).doesNotContain("multi=0", "multi=1");
    }
  }

  /** A keyword of the application's: the server reads MULTI, Lettuce something else. */
  @SuppressWarnings("deprecation") // of Enum.name() as the keyword's, in Lettuce 7 only
  private enum Word implements ProtocolKeyword {
    BEGIN("MULTI"),
    END("EXEC");

    private final String sent;

    Word(String sent) {
      this.sent = sent;
    }

    @Override
    public byte[] getBytes() {
      return sent.getBytes(StandardCharsets.US_ASCII);
    }
  }

  private static CompletableFuture<String> send(
      StatefulRedisConnection<String, String> connection, ProtocolKeyword word, String... args) {
    CommandArgs<String, String> arguments = new CommandArgs<>(StringCodec.UTF8);
    for (String each : args) {
      arguments.add(each);
    }
    return connection
        .async()
        .dispatch(word, new StatusOutput<>(StringCodec.UTF8), arguments)
        .toCompletableFuture();
  }

  @Test
  void mustKnowATransactionByTheBytesThatOpenIt() throws Exception {
    try (RedisBed bed = new RedisBed(redis, Forgetting.SILENCE);
        var connection = bed.guarded(eager(bed)).connect()) {
      connection.sync().ping();
      send(connection, Word.BEGIN).get(5, TimeUnit.SECONDS);
      long before = pings();
      Await.idle(IDLE);
      send(connection, CommandType.INCR, "torn").get(5, TimeUnit.SECONDS);
      assertThat(pings()).isEqualTo(before);
      bed.middlebox().resetAll();
      Await.until("swapped", RedisBed.SOON, () -> !bed.swaps().isEmpty());
      assertThatThrownBy(() -> send(connection, CommandType.INCR, "torn").get(5, TimeUnit.SECONDS))
          .matches(thrown -> NotExecutedException.in(thrown).isPresent());
      assertThatThrownBy(() -> send(connection, Word.END).get(5, TimeUnit.SECONDS))
          .matches(thrown -> NotExecutedException.in(thrown).isPresent());
      assertThat(connection.sync().incr("torn")).isEqualTo(1);
    }
  }
}
