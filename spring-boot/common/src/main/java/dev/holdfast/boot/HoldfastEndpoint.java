package dev.holdfast.boot;

import dev.holdfast.guard.Guard;
import dev.holdfast.guard.GuardHealth;
import dev.holdfast.report.RecentDiagnosis;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;

/**
 * Actuator's endpoint {@code holdfast}: for each guard its plan, the limit in force, its endpoints
 * and its latest diagnoses. It shows addresses of servers, so expose it as you would {@code env}.
 */
@Endpoint(id = "holdfast")
public final class HoldfastEndpoint {

  private final ObjectProvider<Guard> guards;

  HoldfastEndpoint(ObjectProvider<Guard> guards) {
    this.guards = guards;
  }

  /**
   * All guards.
   *
   * @param guards by name
   */
  public record Report(List<GuardReport> guards) {}

  /**
   * One guard.
   *
   * @param name in meters and log lines
   * @param client what it guards
   * @param path from client to server
   * @param hosts the paths to servers that have one of their own
   * @param plan each number with the hop or rule that set it
   * @param idleLimit how long a connection may be idle without proof; null if nothing limits it
   * @param idleLimitSource who says so: configured, advertised, learned
   * @param connectionsRead how many open connections the kernel was asked about
   * @param installed whether it protects its clients
   * @param pools those that lend its connections, and their counts
   * @param endpoints what it dials
   * @param diagnoses the latest, the newest first
   */
  public record GuardReport(
      String name,
      String client,
      String path,
      Map<String, String> hosts,
      List<String> plan,
      @Nullable String idleLimit,
      String idleLimitSource,
      int connectionsRead,
      boolean installed,
      List<String> pools,
      List<GuardHealth.Endpoint> endpoints,
      List<DiagnosisReport> diagnoses) {}

  /**
   * One diagnosis.
   *
   * @param at when it was reported
   * @param what happened
   * @param explanations all that fit the evidence
   * @param evidence what was seen
   * @param advice what to change
   */
  public record DiagnosisReport(
      Instant at,
      String what,
      List<String> explanations,
      List<String> evidence,
      List<String> advice) {}

  /**
   * Everything now.
   *
   * @return the report
   */
  @ReadOperation
  public Report report() {
    return new Report(guards.orderedStream().map(HoldfastEndpoint::report).toList());
  }

  private static GuardReport report(Guard guard) {
    GuardHealth health = guard.health();
    return new GuardReport(
        guard.name(),
        guard.client(),
        guard.plan().path().toString(),
        hosts(guard),
        guard.plan().explain().lines().map(String::strip).toList(),
        guard.idleBound().age().map(Object::toString).orElse(null),
        guard.idleBound().source().name(),
        guard.snapshots().size(),
        health.installed(),
        guard.pools(),
        health.endpoints(),
        guard.recentDiagnoses().stream().map(HoldfastEndpoint::report).toList());
  }

  private static Map<String, String> hosts(Guard guard) {
    Map<String, String> paths = new LinkedHashMap<>();
    guard.plans().forEach((host, plan) -> paths.put(host, plan.path().toString()));
    paths.remove(Guard.OTHERS);
    return paths;
  }

  private static DiagnosisReport report(RecentDiagnosis recent) {
    return new DiagnosisReport(
        recent.at(),
        recent.event().what(),
        recent.event().diagnosis().tags(),
        recent.event().diagnosis().evidence(),
        recent.event().diagnosis().advice());
  }
}
