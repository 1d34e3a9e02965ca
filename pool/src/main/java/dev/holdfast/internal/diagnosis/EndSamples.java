package dev.holdfast.internal.diagnosis;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The ages at which idle connections of one endpoint ended, and whether they look like a timeout:
 * alike in age, apart in time. Bounded; not thread-safe.
 */
final class EndSamples {

  /**
   * One end.
   *
   * @param age how long the connection had been idle
   * @param atNanos when it was seen
   * @param weight 1 for a close, 1/2 for silence
   */
  record Sample(Duration age, long atNanos, double weight) {}

  /** Ends of unlike age, this many within {@link #BURST}, are a restart or a failover. */
  private static final int BURST_SIZE = 3;

  private static final Duration BURST = Duration.ofSeconds(2);

  /** Or this part of the pool. */
  private static final double BURST_SHARE = 0.2;

  /** Ages of one timeout lie within this of each other, as do those of one bin. */
  private static final double BIN = 1.05;

  /** Median absolute deviation over median below which ages are alike. */
  private static final double ALIKE = 0.05;

  private static final double ENOUGH = 3;
  private static final int MINUTES = 3;
  private static final Duration HALF_LIFE = Duration.ofHours(24);

  /** After one half-life without another end the path may have changed. */
  private static final double ENOUGH_AFTER_DECAY = ENOUGH / 2;

  private static final int MOST = 256;

  private final Deque<Sample> samples = new ArrayDeque<>();
  private final Deque<Sample> recent = new ArrayDeque<>();

  void add(Sample sample, int openConnections) {
    if (samples.size() == MOST) {
      samples.removeFirst();
    }
    samples.addLast(sample);
    removeBurst(sample, openConnections);
  }

  /** Ends that crowd in time although their ages are unlike; those already removed count. */
  private void removeBurst(Sample latest, int openConnections) {
    recent.addLast(latest);
    recent.removeIf(s -> latest.atNanos() - s.atNanos() > BURST.toNanos());
    if (recent.size() > MOST) {
      recent.removeFirst();
    }
    int size = recent.size();
    boolean crowd = size >= BURST_SIZE || (size > 1 && size > BURST_SHARE * openConnections);
    if (crowd && Siblings.unlike(recent.stream().map(Sample::age).toList())) {
      samples.removeAll(recent);
    }
  }

  /** The lowest age around which ends cluster; its lowest member, for servers close late. */
  Optional<Duration> timeout(long now) {
    List<Sample> sorted = samples.stream().sorted(Comparator.comparing(Sample::age)).toList();
    for (int first = 0; first < sorted.size(); first++) {
      List<Sample> cluster = clusterFrom(sorted, first);
      if (isTimeout(cluster, now)) {
        return Optional.of(sorted.get(first).age());
      }
    }
    return Optional.empty();
  }

  private static List<Sample> clusterFrom(List<Sample> sorted, int first) {
    double most = sorted.get(first).age().toNanos() * BIN * BIN;
    List<Sample> cluster = new ArrayList<>();
    for (Sample sample : sorted.subList(first, sorted.size())) {
      if (sample.age().toNanos() > most) {
        break;
      }
      cluster.add(sample);
    }
    return cluster;
  }

  private static boolean isTimeout(List<Sample> cluster, long now) {
    double weight = 0;
    double decayed = 0;
    Set<Long> minutes = new HashSet<>();
    for (Sample sample : cluster) {
      weight += sample.weight();
      double halfLives = (double) (now - sample.atNanos()) / HALF_LIFE.toNanos();
      decayed += sample.weight() * Math.pow(0.5, halfLives);
      minutes.add(Duration.ofNanos(sample.atNanos()).toMinutes());
    }
    return weight >= ENOUGH
        && decayed >= ENOUGH_AFTER_DECAY
        && minutes.size() >= MINUTES
        && alike(cluster);
  }

  private static boolean alike(List<Sample> cluster) {
    long median = cluster.get(cluster.size() / 2).age().toNanos();
    long[] deviations =
        cluster.stream().mapToLong(s -> Math.abs(s.age().toNanos() - median)).sorted().toArray();
    return deviations[deviations.length / 2] < ALIKE * median;
  }

  /** Forgets the cluster that starts at an age: connections were used past it. */
  void forgetFrom(Duration lowest) {
    double most = lowest.toNanos() * BIN * BIN;
    samples.removeIf(s -> s.age().compareTo(lowest) >= 0 && s.age().toNanos() <= most);
  }
}
