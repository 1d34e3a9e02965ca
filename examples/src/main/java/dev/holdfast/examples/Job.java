package dev.holdfast.examples;

import java.util.List;
import java.util.Locale;

/** What {@code examples/run} can do. */
enum Job {
  MAIN,
  IN_FLIGHT;

  static Job named(String name) throws UsageException {
    for (Job job : values()) {
      if (job.word().equals(name)) {
        return job;
      }
    }
    throw new UsageException("unknown job: " + name + " (there are: main, in-flight)");
  }

  String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  List<Scenario> scenarios() {
    return switch (this) {
      case MAIN -> Scenario.idle();
      case IN_FLIGHT -> Scenario.inFlight();
    };
  }
}
