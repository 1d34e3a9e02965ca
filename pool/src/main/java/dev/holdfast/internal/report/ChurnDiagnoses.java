package dev.holdfast.internal.report;

import dev.holdfast.diagnosis.Diagnosis;
import dev.holdfast.internal.diagnosis.ChurnSigns;
import dev.holdfast.internal.diagnosis.CounterDelta;
import dev.holdfast.internal.diagnosis.Diagnostician;
import dev.holdfast.internal.usage.Churn;
import dev.holdfast.internal.wire.HostReading;
import dev.holdfast.path.ConnectionPlan;
import dev.holdfast.report.DiagnosisEvent;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongSupplier;

/**
 * Diagnoses the churn of one endpoint, at most once a minute. The host's counters support the
 * diagnosis; they are read when it is made, and never name it. Thread-safe.
 */
final class ChurnDiagnoses {

  private static final Duration QUIET = Duration.ofMinutes(1);
  private static final int MOST_SITES = 3;

  private final String guard;
  private final ConnectionPlan plan;
  private final RecentReading host;
  private final DiagnosisReporter reporter;
  private final LongSupplier clock;
  private Optional<HostReading> previous = Optional.empty();
  private Optional<Long> saidAt = Optional.empty();

  /**
   * Nothing read yet.
   *
   * @param guard the name in reports
   * @param plan what the user declared about the path
   * @param host the host's counters
   * @param reporter where diagnoses go
   * @param clock nanoseconds, as {@link System#nanoTime}
   */
  ChurnDiagnoses(
      String guard,
      ConnectionPlan plan,
      RecentReading host,
      DiagnosisReporter reporter,
      LongSupplier clock) {
    this.guard = guard;
    this.plan = plan;
    this.host = host;
    this.reporter = reporter;
    this.clock = clock;
  }

  /** Takes a first reading, to tell what rises from then on. Reads files. */
  synchronized void begin() {
    if (previous.isEmpty()) {
      previous = host.read();
    }
  }

  /**
   * Reports churn, unless the last report is less than a minute old or the closes are too few or
   * too old to explain anything. Reads files.
   *
   * @param churn what a detector saw
   */
  void seen(Churn churn) {
    Optional<Diagnosis> diagnosis = diagnose(churn);
    diagnosis.ifPresent(
        found -> reporter.report(new DiagnosisEvent(guard, "connections closed young", found, "")));
  }

  private synchronized Optional<Diagnosis> diagnose(Churn churn) {
    long now = clock.getAsLong();
    if (saidAt.isPresent() && now - saidAt.get() < QUIET.toNanos()) {
      return Optional.empty();
    }
    Optional<HostReading> reading = host.read();
    Diagnosis diagnosis = Diagnostician.diagnose(signs(churn, reading));
    if (diagnosis.explanations().isEmpty()) {
      return Optional.empty();
    }
    previous = reading;
    saidAt = Optional.of(now);
    return Optional.of(diagnosis);
  }

  private ChurnSigns signs(Churn churn, Optional<HostReading> reading) {
    CounterDelta counters =
        reading
            .flatMap(now -> previous.map(earlier -> now.since(earlier)))
            .orElse(CounterDelta.NONE);
    List<String> closers =
        churn.sites().stream().limit(MOST_SITES).map(Churn.Site::callSite).toList();
    return new ChurnSigns(
        churn.opensPerSecond(),
        churn.closesPerSecond(),
        churn.localShare(),
        churn.returnedShare(),
        churn.medianAge(),
        closers,
        timeWait(reading),
        counters,
        Optional.of(plan));
  }

  private Optional<ChurnSigns.TimeWait> timeWait(Optional<HostReading> reading) {
    OptionalLong limit = host.counters().number("net.ipv4.tcp_max_tw_buckets");
    return reading
        .map(HostReading::timeWait)
        .filter(sockets -> sockets.isPresent() && limit.isPresent())
        .map(sockets -> new ChurnSigns.TimeWait(sockets.getAsLong(), limit.getAsLong()));
  }
}
