package dev.holdfast.http.proof;

import dev.holdfast.lab.kernel.GuardSwitch;

/** The clients there are guards for. */
enum Client {
  HC5,
  HC5_ASYNC,
  REACTOR,
  OKHTTP;

  HttpContender bare(Target target) {
    return switch (this) {
      case HC5 -> Hc5Contender.bare(target);
      case HC5_ASYNC -> Hc5AsyncContender.bare(target);
      case REACTOR -> ReactorContender.bare(target);
      case OKHTTP -> OkHttpContender.bare(target);
    };
  }

  /** Bare too with {@code -Dholdfast.lab.guard=off}, and then every test here must fail. */
  HttpContender guarded(Target target) {
    if (GuardSwitch.isOff()) {
      return bare(target);
    }
    return switch (this) {
      case HC5 -> Hc5Contender.guarded(target);
      case HC5_ASYNC -> Hc5AsyncContender.guarded(target);
      case REACTOR -> ReactorContender.guarded(target);
      case OKHTTP -> OkHttpContender.guarded(target);
    };
  }
}
