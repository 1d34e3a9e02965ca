package dev.holdfast.http.reactor.transparency;

import dev.holdfast.http.reactor.ReactorHttpGuard;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.RequestedSettings;
import dev.holdfast.path.ServerLimits;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.function.UnaryOperator;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;

/** The clients that run a program. */
enum Mode {
  BARE,
  /** With a guard of default settings. */
  GUARDED,
  /** With one that proves the path before every call that follows a pause. */
  PROVING;

  /** Long enough for the kernel to probe, and within the zone in which every call waits for it. */
  static final Duration PAUSE = Duration.ofMillis(6_500);

  /** The zone begins at 0.8 of it; the rest is for a busy machine. */
  private static final Duration LEAST_IDLE_AGE = Duration.ofSeconds(8);

  private static final Duration SOON = Duration.ofSeconds(20);

  /** A client, to be closed. */
  record Client(HttpClient client, ConnectionProvider pool, SimpleMeterRegistry meters)
      implements AutoCloseable {

    double proofs() {
      return meters.find("holdfast.probes").counters().stream().mapToDouble(c -> c.count()).sum();
    }

    @Override
    public void close() {
      pool.disposeLater().block(SOON);
    }
  }

  Client client(ConnectionProvider.Builder pool, UnaryOperator<HttpClient> users) {
    SimpleMeterRegistry meters = new SimpleMeterRegistry();
    if (this == BARE) {
      ConnectionProvider connections = pool.build();
      return new Client(users.apply(HttpClient.create(connections)), connections, meters);
    }
    NetworkPath path =
        NetworkPath.to(ServerLimits.withIdleTimeout("origin", Duration.ofMinutes(5)));
    RequestedSettings eager =
        RequestedSettings.none().maxIdle(LEAST_IDLE_AGE).maxLifetime(Duration.ofHours(1));
    ReactorHttpGuard guard =
        ReactorHttpGuard.custom(this == GUARDED ? path.plan() : path.plan(eager))
            .name("transparency")
            .meterRegistry(meters)
            .build();
    ConnectionProvider connections = guard.provider(pool);
    return new Client(
        users.apply(guard.install(HttpClient.create(connections))), connections, meters);
  }
}
