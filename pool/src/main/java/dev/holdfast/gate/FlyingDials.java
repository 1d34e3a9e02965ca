package dev.holdfast.gate;

import dev.holdfast.internal.wire.SynTimeout;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The dials under way since an endpoint was lost, and what their silence says. Confined to the lock
 * of its {@link EndpointGate}.
 */
final class FlyingDials {

  /** What became of a dial. */
  enum Fate {
    /** Its first SYN was answered in time. */
    PROMPT,
    /** It was taken for lost once, and answered before its kernel would have repeated it. */
    LATE,
    /** Its SYN was lost. */
    LOST
  }

  /**
   * SYNs of one dial unanswered in a row that are a sign of congestion. One is none: a path loses
   * one by chance, and a host short of CPU takes for lost what it has not looked at (measured: 50
   * connections lost together, one dial heard of after 160 ms, and the last was back after 8.6 s).
   */
  private static final int SILENCES_OF_LOSS = 2;

  private static final class Flight {
    private long lateFrom;
    private long silentSince;
    private int silences;
  }

  private final Map<Object, Flight> flights = new HashMap<>();
  private long fastest = Long.MAX_VALUE;

  void begins(Object dial, long now) {
    Flight flight = new Flight();
    flight.lateFrom = now + slowest();
    flights.put(dial, flight);
  }

  /**
   * How long a dial takes whose first SYN was answered. Short of the kernel's repeat nothing is a
   * sign of loss: a host short of CPU hears of an answer late.
   */
  private long slowest() {
    return fastest == Long.MAX_VALUE
        ? SynTimeout.REPEATED_NANOS
        : Math.max(SynTimeout.REPEATED_NANOS, fastest + fastest / 2);
  }

  /**
   * A dial has waited longer than an answer takes.
   *
   * @param patient whether one silence is forgiven
   * @return whether its SYN is lost
   */
  boolean silent(Object dial, boolean patient, long now) {
    Flight flight = flights.get(dial);
    if (flight == null) {
      return false;
    }
    flight.silences++;
    flight.silentSince = now;
    boolean lost = !patient || flight.silences >= SILENCES_OF_LOSS;
    if (lost) {
      flight.lateFrom = Math.min(flight.lateFrom, now);
    }
    return lost;
  }

  /** A dial of {@code took} nanoseconds has connected, whether it is one of these or not. */
  Fate connected(Object dial, long took, long now) {
    Flight flight = flights.remove(dial);
    fastest = Math.min(fastest, took);
    if (flight == null) {
      return Fate.PROMPT;
    }
    if (now - flight.lateFrom > 0) {
      return Fate.LOST;
    }
    return flight.silences > 0 ? Fate.LATE : Fate.PROMPT;
  }

  void over(Object dial) {
    flights.remove(dial);
  }

  /** How late the latest one is; not above zero if none is. */
  long lateness(long now) {
    long most = 0;
    for (Flight flight : flights.values()) {
      most = Math.max(most, now - flight.lateFrom);
    }
    return most;
  }

  /** How long the one silent for the longest has been so; 0 if none is. */
  long silence(long now) {
    long longest = 0;
    for (Flight flight : flights.values()) {
      if (flight.silences > 0) {
        longest = Math.max(longest, Math.max(1, now - flight.silentSince));
      }
    }
    return Math.min(longest, TimeUnit.SECONDS.toNanos(1));
  }

  /** Behind a failover the path may be another one. */
  void forgetPath() {
    fastest = Long.MAX_VALUE;
  }
}
