package dev.holdfast.internal.report;

import dev.holdfast.dial.ConnectReport;
import dev.holdfast.internal.dial.ConnectListener;
import dev.holdfast.internal.wire.HostCounters;
import dev.holdfast.path.ConnectionPlan;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Function;

/** Carries each connect of a guard to its meters, its diagnoses and its listeners. Thread-safe. */
public final class ConnectReports implements ConnectListener {

  private final String guard;
  private final GuardMeters meters;
  private final ConnectDiagnoses diagnoses;
  private final Listeners<ConnectReport> listeners = new Listeners<>();

  /**
   * Takes a first reading of the host's counters.
   *
   * @param guard the name in reports
   * @param plan what the user declared about the path
   * @param meters where connects are timed and further dials counted
   * @param reporter where diagnoses go
   */
  public ConnectReports(
      String guard, ConnectionPlan plan, GuardMeters meters, DiagnosisReporter reporter) {
    this(guard, plan, anywhere -> plan, meters, reporter);
  }

  /**
   * The same for a guard whose paths differ.
   *
   * @param guard the name in reports
   * @param plan what the user declared where a path is not known
   * @param plans what the user declared about the path to what is dialled
   * @param meters where connects are timed and further dials counted
   * @param reporter where diagnoses go
   */
  public ConnectReports(
      String guard,
      ConnectionPlan plan,
      Function<SocketAddress, ConnectionPlan> plans,
      GuardMeters meters,
      DiagnosisReporter reporter) {
    this.guard = guard;
    this.meters = meters;
    this.diagnoses = new ConnectDiagnoses(guard, plan, plans, HostCounters.ofThisHost(), reporter);
  }

  /**
   * Calls a listener for every connect, successful or not, on the thread that connected.
   *
   * @param listener must be quick and must not block; what it throws is logged and stops nothing
   */
  public void onConnect(Consumer<ConnectReport> listener) {
    listeners.add(listener);
  }

  /**
   * The server has ended a connect with an error, once TCP had connected.
   *
   * @param code the error's code, of a bounded set; never its text, which may name a user
   * @param took from the TCP connect to the error
   */
  public void refused(String code, Duration took) {
    diagnoses.refused(code, took);
  }

  @Override
  public void begins() {
    diagnoses.begins();
  }

  @Override
  public void ended(ConnectReport report) {
    meters.connected(report);
    diagnoses.ended(report);
    listeners.tell(guard, report);
  }
}
