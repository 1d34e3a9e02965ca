package dev.holdfast.http.apache.kernel;

import dev.holdfast.dial.ConnectReport;
import dev.holdfast.http.SwapEvent;
import dev.holdfast.http.apache.ApacheHttpGuard;
import dev.holdfast.lab.NginxServer;
import dev.holdfast.lab.kernel.Dial;
import dev.holdfast.lab.kernel.GuardSwitch;
import dev.holdfast.path.ConnectionPlan;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.ServerLimits;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.http.io.SocketConfig;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.http.io.entity.StringEntity;
import org.apache.hc.core5.util.Timeout;

/**
 * A client of one nginx, bare or guarded; with {@code -Dholdfast.lab.guard=off} the guarded one is
 * bare too, and every test here must fail. Without TCP keepalive, as HttpClient before 5.6 has it:
 * what is left is the guard's own.
 */
final class KernelClient implements AutoCloseable {

  static final Duration SOON = Duration.ofSeconds(10);

  /** A call not answered by then hangs. */
  static final Duration HANG = Duration.ofSeconds(4);

  private static final Duration CONNECT = Duration.ofSeconds(2);

  /** A guard's {@code probeAfter}. */
  private static final Duration DEFAULT = Duration.ofSeconds(1);

  private final String origin;
  private final CloseableHttpClient client;
  private final List<SwapEvent> swaps = new CopyOnWriteArrayList<>();
  private final List<ConnectReport> connects = new CopyOnWriteArrayList<>();

  private KernelClient(
      String origin,
      boolean guarded,
      ConnectionPlan plan,
      Duration connectTimeout,
      Duration probeAfter) {
    this.origin = origin;
    PoolingHttpClientConnectionManagerBuilder pool =
        PoolingHttpClientConnectionManagerBuilder.create()
            .setMaxConnPerRoute(100)
            .setMaxConnTotal(100)
            .setDefaultSocketConfig(SocketConfig.custom().setSoKeepAlive(false).build())
            .setDefaultConnectionConfig(
                ConnectionConfig.custom().setConnectTimeout(Timeout.of(connectTimeout)).build());
    var http =
        HttpClients.custom()
            .setDefaultRequestConfig(
                RequestConfig.custom()
                    .setResponseTimeout(Timeout.ofMilliseconds(HANG.toMillis()))
                    .build());
    if (guarded && !GuardSwitch.isOff()) {
      ApacheHttpGuard guard =
          ApacheHttpGuard.custom(plan)
              .meterRegistry(new SimpleMeterRegistry())
              .connectTimeout(connectTimeout)
              .probeAfter(probeAfter)
              .build();
      guard.onSwap(swaps::add);
      guard.onConnect(connects::add);
      this.client = guard.install(http).setConnectionManager(guard.install(pool)).build();
    } else {
      this.client = http.setConnectionManager(pool.build()).build();
    }
  }

  private static String origin(Dial dial, NginxServer nginx) {
    return "http://" + dial.address() + ":" + nginx.port();
  }

  static KernelClient bare(Dial dial, NginxServer nginx) {
    return new KernelClient(origin(dial, nginx), false, unsuspecting(), CONNECT, DEFAULT);
  }

  static KernelClient guarded(Dial dial, NginxServer nginx) {
    return guarded(dial, nginx, unsuspecting());
  }

  static KernelClient guarded(Dial dial, NginxServer nginx, Duration connectTimeout) {
    return new KernelClient(origin(dial, nginx), true, unsuspecting(), connectTimeout, DEFAULT);
  }

  static KernelClient guarded(Dial dial, NginxServer nginx, ConnectionPlan plan) {
    return new KernelClient(origin(dial, nginx), true, plan, CONNECT, DEFAULT);
  }

  /** It proves nothing before it sends, however long a late machine leaves its connections idle. */
  static KernelClient unproved(Dial dial, NginxServer nginx) {
    return new KernelClient(
        origin(dial, nginx), true, unsuspecting(), CONNECT, Duration.ofMinutes(1));
  }

  /** A plan that knows of no limit near the lab's: the guard is left to its evidence. */
  private static ConnectionPlan unsuspecting() {
    return NetworkPath.to(ServerLimits.withIdleTimeout("nginx", Duration.ofMinutes(5))).plan();
  }

  int send(String method, String id) throws IOException {
    return send(method, id, () -> {});
  }

  /**
   * @param method after a HEAD the connection is closed
   * @param onHead runs while the connection still carries the answer's body
   */
  int send(String method, String id, Runnable onHead) throws IOException {
    HttpUriRequestBase request = new HttpUriRequestBase(method, URI.create(origin + "/" + id));
    request.addHeader(NginxServer.REQUEST_ID, id);
    if (method.equals("HEAD")) {
      request.addHeader("Connection", "close");
    }
    if (method.equals("POST")) {
      request.setEntity(new StringEntity("body"));
    }
    return client.execute(
        request,
        response -> {
          onHead.run();
          EntityUtils.consume(response.getEntity());
          return response.getCode();
        });
  }

  List<SwapEvent> swaps() {
    return swaps;
  }

  List<ConnectReport> connects() {
    return connects;
  }

  @Override
  public void close() throws IOException {
    client.close(org.apache.hc.core5.io.CloseMode.IMMEDIATE);
  }
}
