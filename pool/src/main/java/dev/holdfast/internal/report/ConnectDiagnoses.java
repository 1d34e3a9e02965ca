package dev.holdfast.internal.report;

import dev.holdfast.diagnosis.Diagnosis;
import dev.holdfast.dial.ConnectReport;
import dev.holdfast.dial.RedialReason;
import dev.holdfast.gate.ConnectOutcome;
import dev.holdfast.internal.bounded.LruMap;
import dev.holdfast.internal.diagnosis.Answer;
import dev.holdfast.internal.diagnosis.ConnectEnd;
import dev.holdfast.internal.diagnosis.ConnectSigns;
import dev.holdfast.internal.diagnosis.ConnectSigns.History;
import dev.holdfast.internal.diagnosis.Diagnostician;
import dev.holdfast.internal.dial.ConnectListener;
import dev.holdfast.internal.wire.HostCounters;
import dev.holdfast.path.ConnectionPlan;
import dev.holdfast.report.DiagnosisEvent;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Diagnoses every connect that was not as it should be: failed, repeated, or as late as a lost SYN
 * makes it. Remembers the latest dials to each address, bounded. Thread-safe. Reads the host's
 * counters at most once a second while connects begin, and for those that were not as they should
 * be; never on an event loop.
 */
public final class ConnectDiagnoses implements ConnectListener {

  /** {@code TCP_TIMEOUT_INIT}: no connect that lost nothing takes so long, but on a slow path. */
  private static final Duration LATE = Duration.ofSeconds(1);

  private static final int MOST_ADDRESSES = 256;

  private final String guard;
  private final ConnectionPlan plan;
  private final Function<SocketAddress, ConnectionPlan> plans;
  private final RecentCounters counters;
  private final DiagnosisReporter reporter;
  private final Map<SocketAddress, Recent> recents = new LruMap<>(MOST_ADDRESSES);

  /** What is remembered of one address. */
  private static final class Recent {
    private final RecentDials dials = new RecentDials();
    private @Nullable Long connectedAtNanos;
  }

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
    this(guard, plan, anywhere -> plan, host, reporter);
  }

  /**
   * @param plans of what is dialled
   */
  ConnectDiagnoses(
      String guard,
      ConnectionPlan plan,
      Function<SocketAddress, ConnectionPlan> plans,
      HostCounters host,
      DiagnosisReporter reporter) {
    this.guard = guard;
    this.plan = plan;
    this.plans = plans;
    this.counters = new RecentCounters(host::evidence, System::nanoTime, Evidence::read);
    this.reporter = reporter;
    counters.keep();
  }

  @Override
  public void begins() {
    counters.keep();
  }

  @Override
  public void ended(ConnectReport report) {
    Optional<ConnectEnd> end = end(report.outcome());
    if (end.isEmpty() || neverDialled(report)) {
      return;
    }
    long beganNanos = System.nanoTime() - report.nanos();
    Answer othersConnect = connectedSince(report.remote(), beganNanos);
    History history = remember(report, end.get());
    boolean asItShouldBe =
        end.get() == ConnectEnd.CONNECTED
            && report.dials() <= 1
            && report.hastyRepeats() <= 0
            && report.dialNanos() < LATE.toNanos();
    if (asItShouldBe) {
      return;
    }
    Evidence.read(
        () ->
            report(
                end.get(),
                signs(report, end.get(), beganNanos)
                    .history(history)
                    .othersConnect(othersConnect)
                    .build()));
  }

  /**
   * Diagnoses a connect that the server ended with an error, once TCP had connected.
   *
   * @param code the error's code, never its text
   * @param took from the TCP connect to the error
   */
  void refused(String code, Duration took) {
    report(
        ConnectEnd.HANDSHAKE_REFUSED,
        ConnectSigns.of(ConnectEnd.HANDSHAKE_REFUSED, took).refusal(code).plan(plan).build());
  }

  private void report(ConnectEnd end, ConnectSigns signs) {
    Diagnosis diagnosis = Diagnostician.diagnose(signs);
    if (!diagnosis.explanations().isEmpty()) {
      String what = end == ConnectEnd.CONNECTED ? "connect took long" : "connect failed";
      reporter.report(new DiagnosisEvent(guard, what, diagnosis, ""));
    }
  }

  /** The caller's time was over before its turn came. */
  private static boolean neverDialled(ConnectReport report) {
    return report.outcome() == ConnectOutcome.TIMED_OUT && report.dials() == 0;
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
      case HUNG_UP -> Optional.of(ConnectEnd.HUNG_UP);
      case NOT_ADMITTED, CANCELLED, FAILED -> Optional.empty();
    };
  }

  private ConnectSigns.Builder signs(ConnectReport report, ConnectEnd end, long beganNanos) {
    ConnectSigns.Builder signs =
        ConnectSigns.of(end, Duration.ofNanos(report.dialNanos()))
            .silentDials(report.redials().getOrDefault(RedialReason.SILENCE, 0))
            .counters(counters.since(beganNanos))
            .plan(plans.apply(report.remote()));
    if (report.winnerRttNanos() >= 0) {
      signs.rtt(Duration.ofNanos(report.winnerRttNanos()));
    }
    if (report.hastyRepeats() >= 0) {
      signs.hastyRepeats(report.hastyRepeats());
    }
    return signs;
  }

  private synchronized Answer connectedSince(SocketAddress remote, long beganNanos) {
    Recent recent = recents.get(remote);
    Long connected = recent == null ? null : recent.connectedAtNanos;
    return connected != null && connected - beganNanos > 0 ? Answer.YES : Answer.UNKNOWN;
  }

  /** Earlier dials that were turned away count for a connect that met the like itself. */
  private synchronized History remember(ConnectReport report, ConnectEnd end) {
    Recent recent = recents.computeIfAbsent(report.remote(), first -> new Recent());
    long now = System.nanoTime();
    if (end == ConnectEnd.CONNECTED) {
      recent.connectedAtNanos = now;
    }
    addEarlier(recent.dials, report.refusals(), ConnectEnd.REFUSED, end, now);
    addEarlier(recent.dials, report.foreign(), ConnectEnd.FOREIGN_REPLY, end, now);
    addEarlier(recent.dials, report.hangUps(), ConnectEnd.HUNG_UP, end, now);
    recent.dials.add(end, now);
    History history = recent.dials.history();
    return new History(
        history.connected(),
        report.refusals() > 0 ? history.refused() : 0,
        report.foreign() > 0 ? history.foreign() : 0,
        report.hangUps() > 0 ? history.hungUp() : 0,
        history.alternations());
  }

  /** The dials of one connect that ended like this, but for its last. */
  private static void addEarlier(
      RecentDials latest, int dials, ConnectEnd how, ConnectEnd last, long now) {
    for (int i = last == how ? 1 : 0; i < dials; i++) {
      latest.add(how, now);
    }
  }
}
