package dev.holdfast.redis;

import dev.holdfast.path.ConnectionPlan;
import dev.holdfast.report.ChurnDiagnoses;
import dev.holdfast.report.DiagnosisReporter;
import dev.holdfast.usage.EndpointUsage;
import dev.holdfast.usage.MixedUsageException;
import dev.holdfast.wire.HostCounters;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The endpoints that clients of one {@link GuardedClientResources} have dialled, each declared once
 * for the use of its guard. Thread-safe.
 */
final class EndpointUses implements AutoCloseable {

  private final String guard;
  private final ConnectionPlan plan;
  private final UsageSettings settings;
  private final DiagnosisReporter reporter;
  private final Map<String, EndpointChurn> endpoints = new HashMap<>();
  private final List<EndpointUsage> declarations = new ArrayList<>();
  private boolean closed;

  EndpointUses(GuardSettings guard, UsageSettings settings, DiagnosisReporter reporter) {
    this.guard = guard.name();
    this.plan = guard.plan();
    this.settings = settings;
    this.reporter = reporter;
  }

  /**
   * To be asked before each dial.
   *
   * @throws MixedUsageException if another guard declared the endpoint for the other use
   */
  synchronized EndpointChurn use(InetSocketAddress remote) {
    String name = name(remote);
    EndpointChurn known = endpoints.get(name);
    if (known != null) {
      return known;
    }
    if (settings.usage() != null && !closed) {
      declarations.add(settings.registry().declare(name, settings.usage(), settings.declaredAt()));
    }
    EndpointChurn first = settings.churnMatters() ? watched() : EndpointChurn.unwatched();
    endpoints.put(name, first);
    return first;
  }

  private EndpointChurn watched() {
    return EndpointChurn.watched(
        plan.portBudget(),
        new ChurnDiagnoses(guard, plan, HostCounters.ofThisHost(), reporter, System::nanoTime));
  }

  /** Resolving keeps the name it resolved; an address that came without one is its own name. */
  private static String name(InetSocketAddress remote) {
    String host = remote.getHostString();
    return (host.indexOf(':') < 0 ? host : '[' + host + ']') + ':' + remote.getPort();
  }

  /** Withdraws all declarations; what is dialled afterwards is not declared again. */
  @Override
  public synchronized void close() {
    closed = true;
    declarations.forEach(EndpointUsage::close);
    declarations.clear();
  }
}
