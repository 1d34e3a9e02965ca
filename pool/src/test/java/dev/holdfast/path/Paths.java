package dev.holdfast.path;

import java.time.Duration;

/** Paths that several tests walk. */
final class Paths {

  private Paths() {}

  static Duration seconds(double value) {
    return Duration.ofNanos(Math.round(value * 1e9));
  }

  static ServerLimits quietServer() {
    return ServerLimits.withoutIdleTimeout("redis");
  }

  static NetworkPath through(HopPreset... presets) {
    NetworkPath path = NetworkPath.to(quietServer());
    for (HopPreset preset : presets) {
      path = path.through(preset.hop());
    }
    return path;
  }

  static Hop segments(String name, double limit) {
    return Hop.named(name).idleLimit(seconds(limit)).clock(IdleClock.ANY_SEGMENT).build();
  }

  static Hop payload(String name, double limit) {
    return Hop.named(name).idleLimit(seconds(limit)).clock(IdleClock.PAYLOAD).build();
  }
}
