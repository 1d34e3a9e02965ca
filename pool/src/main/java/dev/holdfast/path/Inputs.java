package dev.holdfast.path;

import java.time.Duration;

/** What every rule reads. */
record Inputs(NetworkPath path, RequestedSettings asked, PathLimits limits, Margin margin) {

  /** Pings and keepalives more often than this cost more than a new connection (R3). */
  static final Duration PERIOD_FLOOR = Duration.ofSeconds(10);

  static Inputs of(NetworkPath path, RequestedSettings asked) {
    return new Inputs(path, asked, new PathLimits(path), path.margin());
  }
}
