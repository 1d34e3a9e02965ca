package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.diagnosis.Diagnosis;
import dev.holdfast.diagnosis.Explanation;
import dev.holdfast.lab.Await;
import dev.holdfast.lab.Forgetting;
import dev.holdfast.lab.RedisServer;
import dev.holdfast.metrics.HoldfastMeter;
import dev.holdfast.report.DiagnosisEvent;
import dev.holdfast.retry.AmbiguousOutcomeException;
import dev.holdfast.retry.BackOff;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisCredentials;
import io.lettuce.core.RedisCredentialsProvider;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.micrometer.core.instrument.Meter;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What is said of connections that were given up, and what must never be said. */
final class DiagnosisTest {

  private static final Duration IDLE = Duration.ofMillis(1_100);

  private static RedisServer redis;

  @BeforeAll
  static void start() {
    redis = RedisServer.builder().start();
  }

  @AfterAll
  static void stop() {
    redis.close();
  }

  private static Diagnosis only(RedisBed bed) {
    Await.until("diagnosed", RedisBed.SOON, () -> !deaths(bed).isEmpty());
    assertThat(deaths(bed)).hasSize(1);
    return deaths(bed).get(0).diagnosis();
  }

  /** Without the connects on the way. */
  private static List<DiagnosisEvent> deaths(RedisBed bed) {
    return bed.diagnoses().stream()
        .filter(event -> event.what().equals("connection replaced"))
        .toList();
  }

  @Test
  void mustNameAllThatFitsAResetOnTheFirstWrite() throws Exception {
    try (RedisBed bed = new RedisBed(redis, Forgetting.RESET_ON_NEXT_BYTE);
        var connection = bed.guarded(bed.guard()).connect()) {
      connection.sync().ping();
      Await.idle(IDLE);
      bed.middlebox().forgetAll();
      connection.sync().incr("diagnosis:reset");
      Diagnosis diagnosis = only(bed);
      assertThat(diagnosis.explanations())
          .contains(Explanation.FIN_LOST, Explanation.FLOW_FORGOTTEN_RESET)
          .doesNotContain(Explanation.UNREACHABLE, Explanation.SERVER_CLOSED);
      assertThat(diagnosis.evidence()).contains("a new connection works");
      for (Explanation each : diagnosis.explanations()) {
        assertThat(bed.meter(HoldfastMeter.DIAGNOSES.meterName(), "explanation", each.tag()))
            .isEqualTo(1);
      }
      assertThat(bed.swaps().get(0).diagnosis().explanations())
          .containsAll(diagnosis.explanations());
    }
  }

  @Test
  void mustLearnFromTheNextConnectionThatThePathLives() throws Exception {
    try (RedisBed bed = new RedisBed(redis, Forgetting.SILENCE);
        var connection = bed.guarded(bed.guard()).connect()) {
      connection.sync().ping();
      Await.idle(IDLE);
      bed.middlebox().forgetAll();
      connection.sync().incr("diagnosis:silence");
      assertThat(only(bed).explanations())
          .contains(Explanation.FLOW_FORGOTTEN_SILENT)
          .doesNotContain(Explanation.UNREACHABLE);
    }
  }

  @Test
  void mustLearnFromTheNextConnectionThatNothingLeadsThere() throws Exception {
    BackOff late = new BackOff(Duration.ofSeconds(3), Duration.ofSeconds(4), 2, 0.1);
    try (RedisBed bed = new RedisBed(redis, Forgetting.SILENCE);
        var connection =
            bed.guarded(bed.guard(builder -> builder.reconnectBackOff(late))).connect()) {
      connection.sync().ping();
      Await.idle(IDLE);
      bed.middlebox().forgetAll();
      connection.async().incr("diagnosis:dead");
      Await.until("given up", RedisBed.SOON, () -> !bed.swaps().isEmpty());
      bed.middlebox().close(); // before the first attempt to reconnect
      assertThat(only(bed).explanations())
          .contains(Explanation.UNREACHABLE)
          .doesNotContain(Explanation.FLOW_FORGOTTEN_SILENT);
      Await.until(
          "the connect is diagnosed too",
          RedisBed.SOON,
          () -> bed.diagnoses().stream().anyMatch(event -> event.what().equals("connect failed")));
      assertThat(bed.diagnoses())
          .anySatisfy(
              event -> {
                assertThat(event.what()).isEqualTo("connect failed");
                assertThat(event.diagnosis().explanations()).contains(Explanation.NOT_LISTENING);
              });
    }
  }

  @Test
  void mustNeverTellKeysValuesOrCredentials() throws Exception {
    List<String> secrets = List.of("KEY-7f3a", "VALUE-91bc", "USER-5d2e", "PASSWORD-c048");
    redis.command(
        "ACL", "SETUSER", secrets.get(2), "on", ">" + secrets.get(3), "~*", "&*", "+@all");
    PrintStream stderr = System.err;
    ByteArrayOutputStream log = new ByteArrayOutputStream();
    System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
    List<String> told = new ArrayList<>();
    try (RedisBed bed = new RedisBed(redis, Forgetting.RESET_ON_NEXT_BYTE)) {
      RedisURI uri = bed.viaMiddlebox();
      uri.setCredentialsProvider(
          RedisCredentialsProvider.from(
              () -> RedisCredentials.just(secrets.get(2), secrets.get(3))));
      try (var connection = bed.guarded(bed.guard(), ClientOptions.create(), uri).connect()) {
        connection.sync().set(secrets.get(0), secrets.get(1));
        Await.idle(IDLE);
        bed.middlebox().forgetAll();
        connection.sync().set(secrets.get(0), secrets.get(1));
        told.add(only(bed).toString());
        told.add(bed.diagnoses().toString());
        told.add(bed.diagnoses().get(0).line());
        told.add(bed.swaps().toString());
        told.add(ambiguous(bed, connection, secrets).toString());
        told.add(bed.diagnoses().toString());
        bed.meters().getMeters().stream().map(Meter::getId).forEach(id -> told.add(id.toString()));
      }
    } finally {
      System.setErr(stderr);
      redis.command("ACL", "DELUSER", secrets.get(2));
    }
    String lines = log.toString(StandardCharsets.UTF_8);
    assertThat(lines).as("the log line was seen").contains("connection replaced");
    lines.lines().filter(line -> line.contains("dev.holdfast")).forEach(told::add);
    assertThat(told).noneMatch(text -> secrets.stream().anyMatch(text::contains));
    assertThat(told).as("nor addresses").noneMatch(text -> text.contains("127.0.0.1"));
  }

  /** Loses the reply to a write. */
  private static AmbiguousOutcomeException ambiguous(
      RedisBed bed, StatefulRedisConnection<String, String> connection, List<String> secrets)
      throws Exception {
    connection.sync().ping(); // or the reply that is swallowed may be that of the guard's own
    bed.middlebox().swallowReplies();
    long before = bed.middlebox().bytesDropped();
    RedisFuture<Long> call = connection.async().append(secrets.get(0), secrets.get(1));
    Await.until("it ran", RedisBed.SOON, () -> bed.middlebox().bytesDropped() > before);
    bed.middlebox().resetAll();
    try {
      throw new AssertionError("answered: " + call.get(10, TimeUnit.SECONDS));
    } catch (ExecutionException failed) {
      return AmbiguousOutcomeException.in(failed).orElseThrow();
    }
  }
}
