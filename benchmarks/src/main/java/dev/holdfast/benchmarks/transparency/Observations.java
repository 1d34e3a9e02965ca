package dev.holdfast.benchmarks.transparency;

import java.util.Map;
import java.util.Objects;

/** What one program showed in some modes. */
record Observations(Map<Mode, Observed> byMode) {

  Observed observed(Mode mode) {
    return Objects.requireNonNull(byMode.get(mode));
  }

  Transcript transcript(Mode mode) {
    return observed(mode).transcript();
  }

  Transcript bare() {
    return transcript(Mode.BARE);
  }
}
