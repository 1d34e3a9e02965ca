package dev.holdfast.examples;

import java.util.Locale;

/** What {@code examples/run} can do. */
enum Job {
  MAIN,
  IN_FLIGHT,
  INCIDENTS;

  static Job named(String name) throws UsageException {
    for (Job job : values()) {
      if (job.word().equals(name)) {
        return job;
      }
    }
    throw new UsageException(
        "unknown job: " + name + " (there are: main, in-flight, incidents, plan, doctor, sockets)");
  }

  String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
