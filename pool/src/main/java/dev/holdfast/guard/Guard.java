package dev.holdfast.guard;

import dev.holdfast.diagnosis.IdleBound;
import dev.holdfast.dial.ConnectReport;
import dev.holdfast.path.ConnectionPlan;
import dev.holdfast.report.DiagnosisEvent;
import dev.holdfast.report.RecentDiagnosis;
import dev.holdfast.wire.WireSnapshot;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A guard of any client: what it is called, what it goes by, what it sees. How it is installed is
 * the client's own business, and stands with the guard's class.
 *
 * <p>Implementations are thread-safe; no method blocks or asks the network.
 */
public interface Guard extends AutoCloseable {

  /** In {@link #plans()}: every host that has no plan of its own. */
  String OTHERS = "*";

  /**
   * The guard's name in meters, log lines and events.
   *
   * @return never blank
   */
  String name();

  /**
   * What it guards.
   *
   * @return the client library with its version, for people
   */
  String client();

  /**
   * What it goes by.
   *
   * @return the plan it was built with; in a guard of many hosts that of hosts without their own
   */
  ConnectionPlan plan();

  /**
   * What it goes by, host by host.
   *
   * @return {@link #plan()} under {@link #OTHERS}, and before it the plans of hosts that have one
   *     of their own
   */
  default Map<String, ConnectionPlan> plans() {
    return Map.of(OTHERS, plan());
  }

  /**
   * How long its connections may be idle without proof: the plan's age, or a lower one that was
   * learned or advertised.
   *
   * @return the lowest bound of all addresses its connections lead to
   */
  IdleBound idleBound();

  /**
   * The latest reading of the kernel of each connection that is up and was read at least once.
   *
   * @return a copy
   */
  List<WireSnapshot> snapshots();

  /**
   * The pools that lend its connections, where it has any.
   *
   * @return for each its name and its counts at this moment, for people
   */
  default List<String> pools() {
    return List.of();
  }

  /**
   * How it is.
   *
   * @return endpoints that are not well, and what is wrong with its installation
   */
  GuardHealth health();

  /**
   * The latest diagnoses, the newest first.
   *
   * @return at most {@link RecentDiagnosis#KEPT}
   */
  List<RecentDiagnosis> recentDiagnoses();

  /**
   * Calls a listener for every connect, successful or not. It must be quick and must not block.
   *
   * @param listener the listener
   */
  void onConnect(Consumer<ConnectReport> listener);

  /**
   * Calls a listener for each diagnosis. It must be quick and must not block.
   *
   * @param listener the listener
   */
  void onDiagnosis(Consumer<DiagnosisEvent> listener);

  /** Takes the guard out of use; connections that are open work on. Doing so twice does nothing. */
  @Override
  void close();
}
