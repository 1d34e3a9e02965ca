package dev.holdfast.examples;

import dev.holdfast.examples.Moment.Lane;
import dev.holdfast.examples.Moment.Tone;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** What happened in one incident, seen by the clients and on the wire. Thread-safe. */
final class Timeline {

  private final long start = System.nanoTime();
  private final Instant startTime = Instant.now();
  private final List<Moment> moments = new ArrayList<>();

  void believed(String mode, Tone tone, String text) {
    add(new Moment(elapsedNanos(), mode, Lane.BELIEVED, tone, text));
  }

  void carried(String mode, Tone tone, String text) {
    add(new Moment(elapsedNanos(), mode, Lane.CARRIED, tone, text));
  }

  synchronized void add(Moment moment) {
    moments.add(moment);
  }

  /** Where a wall-clock time lies, in nanoseconds since the start. */
  long nanosAt(Instant time) {
    return Duration.between(startTime, time).toNanos();
  }

  /** In the order in which they happened. */
  synchronized List<Moment> moments() {
    return moments.stream().sorted(Comparator.comparingLong(Moment::atNanos)).toList();
  }

  long elapsedNanos() {
    return System.nanoTime() - start;
  }
}
