package dev.holdfast.http.reactor;

import dev.holdfast.path.ConnectionPlan;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import reactor.netty.http.Http2SettingsSpec;
import reactor.netty.http.client.HttpClientConfig;

/**
 * When PING is sent over a connection of HTTP/2. Immutable.
 *
 * @param periodNanos after so long without a byte
 * @param timeoutNanos how long an answer is waited for
 * @param attempts how many in a row may stay unanswered
 * @param users whether the user asked for it, who then has it on idle connections too
 */
record PingSettings(long periodNanos, long timeoutNanos, int attempts, boolean users) {

  /** The user's, as Reactor Netty takes them, else the plan's; null where neither has any. */
  static @Nullable PingSettings of(
      HttpClientConfig client, long maxIdleMillis, ConnectionPlan plan) {
    Http2SettingsSpec spec = client.http2SettingsSpec();
    Object timeout = spec == null ? null : read(spec, "pingAckTimeout");
    if (spec != null && timeout instanceof Duration patience && maxIdleMillis > 0) {
      Object threshold = read(spec, "pingAckDropThreshold");
      return new PingSettings(
          Duration.ofMillis(maxIdleMillis).toNanos(),
          patience.toNanos(),
          threshold instanceof Integer most ? most : 1,
          true);
    }
    Optional<Duration> period = plan.pingPeriod(ThreadLocalRandom.current().nextDouble());
    if (!plan.pingAllowed() || period.isEmpty()) {
      return null;
    }
    return new PingSettings(period.get().toNanos(), plan.pingTimeout().toNanos(), 1, false);
  }

  /** Reactor Netty has these since 1.2.12. */
  private static @Nullable Object read(Http2SettingsSpec spec, String setting) {
    try {
      return Http2SettingsSpec.class.getMethod(setting).invoke(spec);
    } catch (ReflectiveOperationException older) {
      return null;
    }
  }
}
