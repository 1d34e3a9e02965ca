package dev.holdfast.report;

import dev.holdfast.path.ConnectionPlan;
import dev.holdfast.usage.EndpointChurn;
import dev.holdfast.usage.EndpointUsage;
import dev.holdfast.usage.MixedUsageException;
import dev.holdfast.usage.UsageSettings;
import dev.holdfast.wire.HostCounters;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The endpoints that clients of one guard have dialled, each declared once for the use of its
 * guard, and watched for churn. Thread-safe.
 */
public final class EndpointUses implements AutoCloseable {

  /** A client that dials more servers than this, a crawler say, has no use for their churn. */
  private static final int MOST_ENDPOINTS = 1_024;

  private final String guard;
  private final ConnectionPlan plan;
  private final UsageSettings settings;
  private final int poolSize;
  private final DiagnosisReporter reporter;
  private final Map<String, EndpointChurn> endpoints = new HashMap<>();
  private final List<EndpointUsage> declarations = new ArrayList<>();
  private boolean closed;

  /**
   * No endpoint yet.
   *
   * @param guard the name in reports
   * @param plan what the user declared about the path
   * @param settings how the endpoints are used
   * @param poolSize of the client's pools, from 1
   * @param reporter where churn is diagnosed
   */
  public EndpointUses(
      String guard,
      ConnectionPlan plan,
      UsageSettings settings,
      int poolSize,
      DiagnosisReporter reporter) {
    this.guard = guard;
    this.plan = plan;
    this.settings = settings;
    this.poolSize = poolSize;
    this.reporter = reporter;
  }

  /**
   * To be asked before each connect.
   *
   * @param host the name it was resolved from, or an address that came without one
   * @param port its port
   * @return where its connections are counted
   * @throws MixedUsageException if another guard declared the endpoint for the other use
   */
  public synchronized EndpointChurn use(String host, int port) {
    boolean plain = host.indexOf(':') < 0 || host.startsWith("[");
    String name = (plain ? host : '[' + host + ']') + ':' + port;
    EndpointChurn known = endpoints.get(name);
    if (known != null) {
      return known;
    }
    if (settings.usage() != null && !closed) {
      declarations.add(settings.registry().declare(name, settings.usage(), settings.declaredAt()));
    }
    boolean watched = settings.churnMatters() && endpoints.size() < MOST_ENDPOINTS;
    EndpointChurn first = watched ? watched() : EndpointChurn.unwatched();
    if (watched || settings.usage() != null) {
      endpoints.put(name, first);
    }
    return first;
  }

  private EndpointChurn watched() {
    ChurnDiagnoses diagnoses =
        new ChurnDiagnoses(guard, plan, HostCounters.ofThisHost(), reporter, System::nanoTime);
    return EndpointChurn.watched(poolSize, plan.portBudget(), diagnoses::seen);
  }

  /** Withdraws all declarations; what is dialled afterwards is not declared again. */
  @Override
  public synchronized void close() {
    closed = true;
    declarations.forEach(EndpointUsage::close);
    declarations.clear();
  }
}
