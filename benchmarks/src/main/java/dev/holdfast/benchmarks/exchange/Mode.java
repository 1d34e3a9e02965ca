package dev.holdfast.benchmarks.exchange;

import dev.holdfast.http.apache.ApacheHttpGuard;
import dev.holdfast.metrics.HoldfastMeter;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.RequestedSettings;
import dev.holdfast.path.ServerLimits;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Duration;
import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.io.HttpClientConnectionManager;
import org.apache.hc.core5.pool.ConnPoolControl;

/** The clients that run a program. */
enum Mode {
  /** HttpClient alone. */
  BARE,
  /** With a guard of default settings. */
  GUARDED,
  /** With one that proves the path before every call that follows a pause. */
  PROVING;

  /** Long enough for the kernel to probe, and within the zone in which every call waits for it. */
  static final Duration PAUSE = Duration.ofMillis(4_900);

  private static final Duration IDLE_TIMEOUT = Duration.ofMinutes(5);

  /** The zone begins at 0.8 of it; the rest is for a busy machine. */
  private static final Duration LEAST_IDLE_AGE = Duration.ofSeconds(6);

  /**
   * A client and the view of its pool.
   *
   * @param pool for its counts
   * @param meters of the guard
   */
  record Client(CloseableHttpClient client, ConnPoolControl<HttpRoute> pool, MeterRegistry meters)
      implements AutoCloseable {

    @Override
    public void close() throws IOException {
      client.close();
    }

    /** The guard's that are up; none of a bare client are known. */
    double connections() {
      return meters.find(HoldfastMeter.CONNECTIONS.meterName()).gauges().stream()
          .mapToDouble(gauge -> gauge.value())
          .sum();
    }

    double proofs() {
      return meters.find(HoldfastMeter.PROBES.meterName()).counters().stream()
          .mapToDouble(counter -> counter.count())
          .sum();
    }
  }

  Client client(PoolingHttpClientConnectionManagerBuilder pool, HttpClientBuilder http) {
    MeterRegistry meters = new SimpleMeterRegistry();
    if (this == BARE) {
      var connections = pool.build();
      return new Client(http.setConnectionManager(connections).build(), connections, meters);
    }
    NetworkPath path = NetworkPath.to(ServerLimits.withIdleTimeout("origin", IDLE_TIMEOUT));
    ApacheHttpGuard guard =
        ApacheHttpGuard.custom(
                this == GUARDED
                    ? path.plan()
                    : path.plan(
                        RequestedSettings.none()
                            .maxIdle(LEAST_IDLE_AGE)
                            .maxLifetime(Duration.ofHours(1))))
            .meterRegistry(meters)
            .build();
    HttpClientConnectionManager connections = guard.install(pool);
    return new Client(
        guard.install(http).setConnectionManager(connections).build(),
        control(connections),
        meters);
  }

  @SuppressWarnings("unchecked") // promised by the guard
  private static ConnPoolControl<HttpRoute> control(HttpClientConnectionManager connections) {
    return (ConnPoolControl<HttpRoute>) connections;
  }
}
