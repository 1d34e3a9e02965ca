package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.lab.Await;
import dev.holdfast.lab.Forgetting;
import dev.holdfast.lab.RedisServer;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.TrackingArgs;
import io.lettuce.core.TrackingInfo;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a session had that a new connection does not have by itself. */
final class SessionReplacedTest {

  private static final Pattern NO_EVICT = Pattern.compile(" flags=\\w*e");

  private static RedisServer redis;

  private final List<SessionReplacedEvent> events = new CopyOnWriteArrayList<>();
  private RedisBed bed;
  private LettuceGuard guard;

  @BeforeAll
  static void start() {
    redis = RedisServer.start();
  }

  @AfterAll
  static void stop() {
    redis.close();
  }

  @BeforeEach
  void open() {
    bed = new RedisBed(redis, Forgetting.SILENCE);
    guard = bed.guard();
    guard.onSessionReplaced(events::add);
  }

  @AfterEach
  void close() throws Exception {
    bed.close();
  }

  private static void kill(StatefulRedisConnection<String, String> connection) {
    redis.command("CLIENT", "KILL", "ID", connection.sync().clientId().toString());
  }

  private SessionReplacedEvent event() {
    Await.until("the session is replaced", RedisBed.SOON, () -> !events.isEmpty());
    return events.get(0);
  }

  private static boolean tracks(StatefulRedisConnection<String, String> connection) {
    return connection.sync().clientTrackinginfo().getFlags().contains(TrackingInfo.TrackingFlag.ON);
  }

  @Test
  void mustMakeSettingsAgainAheadOfEverythingElse() throws Exception {
    RedisClient client = bed.guarded(guard);
    try (var connection = client.connect();
        var other = client.connect();
        var bare = bed.bare().connect()) {
      connection.sync().clientTracking(TrackingArgs.Builder.enabled().bcast().prefixes("user:"));
      connection.sync().clientNoEvict(true);
      bare.sync().clientTracking(TrackingArgs.Builder.enabled());
      BlockingQueue<String> invalidated = new LinkedBlockingQueue<>();
      connection.addListener(message -> invalidated.add(message.getType()));
      Instant before = Instant.now();
      kill(connection);
      kill(bare);
      RedisFuture<String> first = connection.async().clientList();
      assertThat(first.get(10, TimeUnit.SECONDS).lines())
          .as("no-evict when its first command runs")
          .anyMatch(line -> NO_EVICT.matcher(line).find());
      SessionReplacedEvent event = event();
      assertThat(event.rearmed()).containsExactly("CLIENT TRACKING", "CLIENT NO-EVICT");
      assertThat(event.lost()).isEmpty();
      assertThat(event.isOf(connection)).isTrue();
      assertThat(event.isOf(other)).isFalse();
      assertThat(event.listened()).isTrue();
      assertThat(event.silentUntil()).isAfterOrEqualTo(before);
      assertThat(event.silentFrom()).isBeforeOrEqualTo(event.silentUntil());
      assertThat(tracks(connection)).isTrue();
      assertThat(tracks(bare)).isFalse();
      redis.command("SET", "user:1", "x");
      assertThat(invalidated.poll(10, TimeUnit.SECONDS)).isEqualTo("invalidate");
    }
  }

  @Test
  void mustMakeAgainWhatIsInForceAndNoMore() {
    try (var connection = bed.guarded(guard).connect()) {
      connection.sync().clientTracking(TrackingArgs.Builder.enabled());
      connection.sync().clientNoEvict(true);
      connection.sync().clientTracking(TrackingArgs.Builder.enabled(false));
      kill(connection);
      assertThat(event().rearmed()).containsExactly("CLIENT NO-EVICT");
      assertThat(tracks(connection)).isFalse();
      events.clear();
      kill(connection);
      assertThat(event().rearmed()).as("once more").containsExactly("CLIENT NO-EVICT");
    }
  }

  @Test
  void mustNameWhatCannotBeMadeAgain() {
    try (var connection = bed.guarded(guard).connect();
        var target = bed.bare().connect()) {
      long gone = target.sync().clientId();
      connection.sync().clientTracking(TrackingArgs.Builder.enabled().redirect(gone));
      target.close();
      Await.until(
          "the target is gone",
          RedisBed.SOON,
          () -> !redis.command("CLIENT", "LIST").contains("id=" + gone + " "));
      kill(connection);
      assertThat(event().lost()).containsExactly("CLIENT TRACKING");
      assertThat(connection.sync().ping()).isEqualTo("PONG");
    }
  }

  @Test
  void mustTellSubscribersWhatTheyMayHaveMissed() throws Exception {
    try (var connection = bed.guarded(guard).connectPubSub()) {
      BlockingQueue<String> heard = new LinkedBlockingQueue<>();
      connection.addListener(
          new RedisPubSubAdapter<>() {
            @Override
            public void message(String channel, String message) {
              heard.add(message);
            }
          });
      connection.sync().subscribe("news");
      redis.command("CLIENT", "KILL", "TYPE", "pubsub");
      SessionReplacedEvent event = event();
      assertThat(event.isOf(connection)).isTrue();
      assertThat(event.listened()).isTrue();
      assertThat(event.rearmed()).isEmpty();
      Await.until(
          "it is subscribed again",
          RedisBed.SOON,
          () -> redis.command("PUBSUB", "NUMSUB", "news").endsWith("1"));
      redis.command("PUBLISH", "news", "again");
      assertThat(heard.poll(10, TimeUnit.SECONDS)).isEqualTo("again");
    }
  }

  @Test
  void mustSayNothingOfPlainConnections() {
    try (var connection = bed.guarded(guard).connect()) {
      kill(connection);
      assertThat(connection.sync().ping()).isEqualTo("PONG");
      Await.until("swapped", RedisBed.SOON, () -> !bed.swaps().isEmpty());
      assertThat(events).isEmpty();
    }
  }
}
