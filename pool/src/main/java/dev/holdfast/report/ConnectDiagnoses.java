package dev.holdfast.report;

import dev.holdfast.connect.ConnectListener;
import dev.holdfast.connect.ConnectOutcome;
import dev.holdfast.connect.ConnectReport;
import dev.holdfast.connect.RedialReason;
import dev.holdfast.diagnosis.ConnectEnd;
import dev.holdfast.diagnosis.ConnectSigns;
import dev.holdfast.diagnosis.ConnectSigns.History;
import dev.holdfast.diagnosis.CounterDelta;
import dev.holdfast.diagnosis.Diagnosis;
import dev.holdfast.diagnosis.Diagnostician;
import dev.holdfast.path.ConnectionPlan;
import dev.holdfast.wire.HostCounters;
import dev.holdfast.wire.HostReading;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Diagnoses every connect that was not as it should be: failed, repeated, or as late as a lost SYN
 * makes it. Remembers the latest dials to each address, bounded. Thread-safe. Reads the host's
 * counters for such connects only, at most once a second.
 */
public final class ConnectDiagnoses implements ConnectListener {

  /** {@code TCP_TIMEOUT_INIT}: no connect that lost nothing takes so long, but on a slow path. */
  private static final Duration LATE = Duration.ofSeconds(1);

  private static final Duration BETWEEN_READINGS = Duration.ofSeconds(1);
  private static final int MOST_ADDRESSES = 1_024;
  private static final int MOST_DIALS = 20;

  private final String guard;
  private final ConnectionPlan plan;
  private final HostCounters host;
  private final DiagnosisReporter reporter;
  private final Map<SocketAddress, Deque<ConnectEnd>> dials =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<SocketAddress, Deque<ConnectEnd>> eldest) {
          return size() > MOST_ADDRESSES;
        }
      };
  private Optional<HostReading> previous;

  /**
   * Takes a first reading of the host's counters.
   *
   * @param guard the name in reports
   * @param plan what the user declared about the path
   * @param host the host's counters
   * @param reporter where diagnoses go
   */
  public ConnectDiagnoses(
      String guard, ConnectionPlan plan, HostCounters host, DiagnosisReporter reporter) {
    this.guard = guard;
    this.plan = plan;
    this.host = host;
    this.reporter = reporter;
    this.previous = host.read();
  }

  @Override
  public void ended(ConnectReport report) {
    Optional<ConnectEnd> end = end(report.outcome());
    if (end.isEmpty()) {
      return;
    }
    History history = remember(report, end.get());
    boolean asItShouldBe =
        end.get() == ConnectEnd.CONNECTED && report.dials() <= 1 && report.nanos() < LATE.toNanos();
    if (asItShouldBe) {
      return;
    }
    Diagnosis diagnosis = Diagnostician.diagnose(signs(report, end.get(), history));
    if (!diagnosis.explanations().isEmpty()) {
      String what = end.get() == ConnectEnd.CONNECTED ? "connect took long" : "connect failed";
      reporter.report(new DiagnosisEvent(guard, what, diagnosis, ""));
    }
  }

  /** Empty for what says nothing of the path. */
  private static Optional<ConnectEnd> end(ConnectOutcome outcome) {
    return switch (outcome) {
      case CONNECTED -> Optional.of(ConnectEnd.CONNECTED);
      case REFUSED -> Optional.of(ConnectEnd.REFUSED);
      case TIMED_OUT -> Optional.of(ConnectEnd.TIMED_OUT);
      case NO_LOCAL_PORT -> Optional.of(ConnectEnd.NO_LOCAL_PORT);
      case UNREACHABLE -> Optional.of(ConnectEnd.UNREACHABLE);
      case FOREIGN -> Optional.of(ConnectEnd.FOREIGN_REPLY);
      case NOT_ADMITTED, CANCELLED, FAILED -> Optional.empty();
    };
  }

  private ConnectSigns signs(ConnectReport report, ConnectEnd end, History history) {
    ConnectSigns.Builder signs =
        ConnectSigns.of(end, Duration.ofNanos(report.nanos()))
            .silentDials(report.redials().getOrDefault(RedialReason.SILENCE, 0))
            .history(history)
            .counters(counters())
            .plan(plan);
    if (report.winnerRttNanos() >= 0) {
      signs.rtt(Duration.ofNanos(report.winnerRttNanos()));
    }
    return signs.build();
  }

  /** Earlier refusals count for a connect that met one itself. */
  private synchronized History remember(ConnectReport report, ConnectEnd end) {
    Deque<ConnectEnd> latest = dials.computeIfAbsent(report.remote(), first -> new ArrayDeque<>());
    int refusals = report.refusals() - (end == ConnectEnd.REFUSED ? 1 : 0);
    int foreign = report.foreign() - (end == ConnectEnd.FOREIGN_REPLY ? 1 : 0);
    for (int i = 0; i < refusals; i++) {
      add(latest, ConnectEnd.REFUSED);
    }
    for (int i = 0; i < foreign; i++) {
      add(latest, ConnectEnd.FOREIGN_REPLY);
    }
    add(latest, end);
    History history = history(latest);
    return report.refusals() > 0
        ? history
        : new History(history.connected(), 0, history.foreign(), history.alternations());
  }

  private static void add(Deque<ConnectEnd> latest, ConnectEnd end) {
    if (latest.size() == MOST_DIALS) {
      latest.removeFirst();
    }
    latest.addLast(end);
  }

  private static History history(Deque<ConnectEnd> latest) {
    int connected = 0;
    int refused = 0;
    int foreign = 0;
    int alternations = 0;
    ConnectEnd before = null;
    for (ConnectEnd end : latest) {
      switch (end) {
        case CONNECTED -> connected++;
        case REFUSED -> refused++;
        case FOREIGN_REPLY -> foreign++;
        default -> {}
      }
      if (before != null && (before == ConnectEnd.CONNECTED) != (end == ConnectEnd.CONNECTED)) {
        alternations++;
      }
      before = end;
    }
    return new History(connected, refused, foreign, alternations);
  }

  private synchronized CounterDelta counters() {
    if (previous.isEmpty()) {
      return CounterDelta.NONE;
    }
    HostReading earlier = previous.get();
    if (System.nanoTime() - earlier.takenAtNanos() < BETWEEN_READINGS.toNanos()) {
      return CounterDelta.NONE;
    }
    previous = host.read();
    return previous.map(now -> now.since(earlier)).orElse(CounterDelta.NONE);
  }
}
