package dev.holdfast.benchmarks.transparency;

import dev.holdfast.path.ConnectionPlan;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.RequestedSettings;
import dev.holdfast.path.ServerLimits;
import dev.holdfast.redis.LettuceGuard;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The clients that run a program. */
enum Mode {
  /** Lettuce alone. */
  BARE,
  /** With a guard of default settings. */
  GUARDED,
  /** With one that proves the path at every opportunity: before calls, and between them. */
  EAGER;

  private static final Duration IDLE_TIMEOUT = Duration.ofMinutes(5);

  @Nullable LettuceGuard guard() {
    NetworkPath path = NetworkPath.to(ServerLimits.withIdleTimeout("redis", IDLE_TIMEOUT));
    return switch (this) {
      case BARE -> null;
      case GUARDED ->
          LettuceGuard.custom(path.plan()).meterRegistry(new SimpleMeterRegistry()).build();
      case EAGER ->
          LettuceGuard.custom(restless(path))
              .probeAfter(Duration.ofNanos(1))
              .meterRegistry(new SimpleMeterRegistry())
              .build();
    };
  }

  private static ConnectionPlan restless(NetworkPath path) {
    return path.plan(RequestedSettings.none().pingPeriod(Duration.ofMillis(2)));
  }

  /** After which time without use this client would ask whether the path lives. */
  Duration idle() {
    return this == GUARDED ? Duration.ofMillis(1_100) : Duration.ofMillis(10);
  }
}
