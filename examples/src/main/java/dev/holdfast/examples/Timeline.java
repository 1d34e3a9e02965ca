package dev.holdfast.examples;

import dev.holdfast.examples.Moment.Lane;
import dev.holdfast.examples.Moment.Tone;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** What happened in one incident, seen by the clients and on the wire. Thread-safe. */
final class Timeline {

  private final long start = System.nanoTime();
  private final List<Moment> moments = new ArrayList<>();

  void believed(String mode, Tone tone, String text) {
    at(System.nanoTime(), mode, Lane.BELIEVED, tone, text);
  }

  void carried(String mode, Tone tone, String text) {
    at(System.nanoTime(), mode, Lane.CARRIED, tone, text);
  }

  /** Adds a moment that is known by its {@link System#nanoTime()}. */
  synchronized void at(long nanoTime, String mode, Lane lane, Tone tone, String text) {
    moments.add(new Moment(nanoTime - start, mode, lane, tone, text));
  }

  /** In the order in which they happened. */
  synchronized List<Moment> moments() {
    return moments.stream().sorted(Comparator.comparingLong(Moment::atNanos)).toList();
  }

  long elapsedNanos() {
    return System.nanoTime() - start;
  }
}
