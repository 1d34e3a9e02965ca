package dev.holdfast.internal.http;

import dev.holdfast.http.HttpGuardSettings;
import dev.holdfast.internal.report.DiagnosisReporter;
import dev.holdfast.internal.report.EndpointUses;
import dev.holdfast.internal.usage.EndpointChurn;
import dev.holdfast.usage.MixedUsageException;
import java.util.Locale;

/**
 * The endpoints that clients of one guard have dialled. Hosts of URLs are compared without regard
 * to case (RFC 3986, section 6.2.2.1). Thread-safe.
 */
public final class HttpEndpoints implements AutoCloseable {

  /** HttpClient's default for one route, {@code DEFAULT_MAX_CONNECTIONS_PER_ROUTE}. */
  private static final int POOL_SIZE = 5;

  private final EndpointUses uses;
  private final HostPlans plans;

  /**
   * No endpoint yet.
   *
   * @param settings of the guard
   * @param reporter where churn is diagnosed
   */
  public HttpEndpoints(HttpGuardSettings settings, DiagnosisReporter reporter) {
    this.plans = settings.plans();
    this.uses =
        new EndpointUses(settings.name(), settings.plan(), settings.usage(), POOL_SIZE, reporter);
  }

  /**
   * To be asked before each connect.
   *
   * @param host as in the URL; with a proxy, the proxy's
   * @param port its port
   * @return where its connections are counted
   * @throws MixedUsageException if another guard declared the endpoint for the other use
   */
  public EndpointChurn use(String host, int port) {
    return uses.use(host.toLowerCase(Locale.ROOT), port, plans.of(host, port));
  }

  /** Withdraws all declarations; what is dialled afterwards is not declared again. */
  @Override
  public void close() {
    uses.close();
  }
}
