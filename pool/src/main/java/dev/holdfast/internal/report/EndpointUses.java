package dev.holdfast.internal.report;

import dev.holdfast.internal.usage.EndpointChurn;
import dev.holdfast.internal.usage.UsageSettings;
import dev.holdfast.internal.wire.HostCounters;
import dev.holdfast.path.ConnectionPlan;
import dev.holdfast.usage.EndpointUsage;
import dev.holdfast.usage.MixedUsageException;
import org.jspecify.annotations.Nullable;

/**
 * The endpoints that clients of one guard have dialled, each declared once for the use of its
 * guard, and watched for churn: those that connections lead to, and the latest of the others. With
 * an endpoint that is forgotten its declaration is withdrawn, until it is dialled again.
 * Thread-safe.
 */
public final class EndpointUses implements AutoCloseable {

  private final String guard;
  private final ConnectionPlan plan;
  private final UsageSettings settings;
  private final int poolSize;
  private final DiagnosisReporter reporter;
  private final RecentReading host = new RecentReading(HostCounters.ofThisHost());
  private final AddressBook<String, Use> endpoints =
      new AddressBook<>(use -> use.churn().inUse(), Use::withdraw);
  private boolean closed;

  /** One endpoint's. */
  private record Use(EndpointChurn churn, @Nullable EndpointUsage declaration) {
    void withdraw() {
      if (declaration != null) {
        declaration.close();
      }
    }
  }

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
  public EndpointChurn use(String host, int port) {
    return use(host, port, plan);
  }

  /**
   * The same, over a path of its own.
   *
   * @param host the name it was resolved from, or an address that came without one
   * @param port its port
   * @param over the plan of the path to it
   * @return where its connections are counted
   * @throws MixedUsageException if another guard declared the endpoint for the other use
   */
  public synchronized EndpointChurn use(String host, int port, ConnectionPlan over) {
    boolean plain = host.indexOf(':') < 0 || host.startsWith("[");
    String name = (plain ? host : '[' + host + ']') + ':' + port;
    return endpoints.at(name, endpoint -> first(endpoint, over)).churn();
  }

  private Use first(String endpoint, ConnectionPlan over) {
    EndpointUsage declaration =
        settings.usage() == null || closed
            ? null
            : settings.registry().declare(endpoint, settings.usage(), settings.declaredAt());
    boolean watched = settings.churnMatters() && !closed;
    return new Use(watched ? watched(over) : EndpointChurn.unwatched(), declaration);
  }

  private EndpointChurn watched(ConnectionPlan over) {
    ChurnDiagnoses diagnoses = new ChurnDiagnoses(guard, over, host, reporter, System::nanoTime);
    Evidence.read(diagnoses::begin);
    return EndpointChurn.watched(
        poolSize,
        over.portBudget(),
        churn -> Evidence.executor().execute(() -> diagnoses.seen(churn)));
  }

  /** Withdraws all declarations; what is dialled afterwards is declared again. */
  public synchronized void withdraw() {
    endpoints.clear().forEach(Use::withdraw);
  }

  /** Withdraws all declarations; what is dialled afterwards is not declared again. */
  @Override
  public synchronized void close() {
    closed = true;
    endpoints.clear().forEach(Use::withdraw);
  }
}
