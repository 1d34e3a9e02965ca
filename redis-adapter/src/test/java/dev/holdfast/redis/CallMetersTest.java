package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.lab.Await;
import dev.holdfast.lab.Forgetting;
import dev.holdfast.lab.RedisServer;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.api.StatefulRedisConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Each call of the user's is counted once, whatever became of it, and no PING of the guard's. */
final class CallMetersTest {

  private static RedisServer redis;

  @BeforeAll
  static void start() {
    redis = RedisServer.builder().start();
  }

  @AfterAll
  static void stop() {
    redis.close();
  }

  private static double calls(RedisBed bed) {
    return bed.meters().get("holdfast.calls").functionCounter().count();
  }

  /** A call is counted on the event loop, right after its caller was told. */
  private static void mustBe(RedisBed bed, double calls, double timedOut) {
    Await.until(
        "all counted", RedisBed.SOON, () -> calls(bed) >= calls && timedOut(bed) >= timedOut);
    assertThat(calls(bed)).isEqualTo(calls);
    assertThat(timedOut(bed)).isEqualTo(timedOut);
  }

  private static double timedOut(RedisBed bed) {
    return bed.meter("holdfast.calls.timed_out");
  }

  @Test
  void mustCountEachAndNoProof() throws Exception {
    try (RedisBed bed = new RedisBed(redis, Forgetting.RESET_ON_NEXT_BYTE)) {
      RedisClient client = bed.guarded(bed.guard(b -> b.probeAfter(Duration.ofMillis(1))));
      try (StatefulRedisConnection<String, String> connection = client.connect()) {
        int calls = 0;
        while (bed.meter("holdfast.probes", "result", "answered") < 3) {
          connection.sync().incr("calls:proved");
          calls++;
          Await.idle(Duration.ofMillis(5));
        }
        List<RedisFuture<String>> pipeline = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
          pipeline.add(connection.async().set("calls:set", "x"));
        }
        for (RedisFuture<String> one : pipeline) {
          one.get(5, TimeUnit.SECONDS);
        }
        mustBe(bed, calls + 100, 0);
      }
    }
  }

  @Test
  void mustCountOnceWhatIsSentAgainAndWhatIsAmbiguous() throws Exception {
    try (RedisBed bed = new RedisBed(redis, Forgetting.RESET_ON_NEXT_BYTE)) {
      RedisClient client = bed.guarded(bed.guard());
      redis.command("DEL", "calls:lost");
      try (StatefulRedisConnection<String, String> connection = client.connect()) {
        connection.sync().ping();
        bed.middlebox().swallowReplies();
        List<RedisFuture<Long>> increments = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
          increments.add(connection.async().incr("calls:lost"));
        }
        RedisFuture<String> get = connection.async().get("calls:lost");
        Await.until("all ran", RedisBed.SOON, () -> redis.counter("calls:lost") == 5);
        bed.middlebox().resetAll();
        assertThat(get.get(5, TimeUnit.SECONDS)).isEqualTo("5");
        assertThat(increments).allMatch(RedisFuture::isDone);
        mustBe(bed, 7, 0);
        assertThat(bed.meter("holdfast.calls.ambiguous.all")).isEqualTo(5);
      }
    }
  }

  @Test
  void mustTellThoseThatTheClientTimedOut() throws Exception {
    try (RedisBed bed = new RedisBed(redis, Forgetting.RESET_ON_NEXT_BYTE)) {
      RedisClient client = bed.guarded(bed.guard());
      try (StatefulRedisConnection<String, String> connection = client.connect()) {
        connection.sync().ping();
        connection.setTimeout(Duration.ofMillis(100));
        redis.command("CLIENT", "PAUSE", "100000", "WRITE");
        assertThatThrownBy(() -> connection.sync().incr("calls:late"))
            .isInstanceOf(RedisCommandTimeoutException.class);
        assertThatThrownBy(() -> connection.sync().incr("calls:late"))
            .isInstanceOf(RedisCommandTimeoutException.class);
        redis.command("CLIENT", "UNPAUSE");
        mustBe(bed, 3, 2);
        connection.setTimeout(Duration.ofSeconds(5));
        connection.sync().ping();
        mustBe(bed, 4, 2);
      }
    }
  }

  @Test
  void mustTellTheAgeOfWhatTheServerClosed() throws Exception {
    try (RedisBed bed = new RedisBed(redis, Forgetting.RESET_ON_NEXT_BYTE)) {
      RedisClient client = bed.guarded(bed.guard());
      try (StatefulRedisConnection<String, String> connection = client.connect()) {
        connection.sync().ping();
        bed.middlebox().finAll();
        Await.until(
            "one",
            RedisBed.SOON,
            () ->
                bed.meters()
                        .get("holdfast.age")
                        .tags("cause", "peer_closed", "closer", "peer")
                        .timer()
                        .count()
                    == 1);
        connection.sync().ping();
      }
      Await.until(
          "the other",
          RedisBed.SOON,
          () -> bed.meters().get("holdfast.age").tags("closer", "client").timer().count() == 1);
    }
  }
}
