package dev.holdfast.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs several loads in turn, in short slices, so that the machine's noise hits all alike. A round
 * goes there and back, as {@link PairedRun}'s, and each begins with another load.
 */
final class RotatedRun {
  private RotatedRun() {}

  /**
   * Measures without warming up.
   *
   * @return the rounds, each with one slice of each load, in the order of the loads
   */
  static List<List<Slice>> measure(Crew crew, List<Load> loads, int rounds, Duration slice)
      throws InterruptedException {
    List<List<Slice>> measured = new ArrayList<>();
    for (int i = 0; i < rounds; i++) {
      measured.add(round(crew, loads, i, slice));
    }
    return measured;
  }

  private static List<Slice> round(Crew crew, List<Load> loads, int number, Duration length)
      throws InterruptedException {
    int size = loads.size();
    Slice[] slices = new Slice[size];
    for (int i = 0; i < size; i++) {
      int at = (number + i) % size;
      slices[at] = crew.run(loads.get(at), length);
    }
    for (int i = size - 1; i >= 0; i--) {
      int at = (number + i) % size;
      slices[at] = slices[at].plus(crew.run(loads.get(at), length));
    }
    return List.of(slices);
  }
}
