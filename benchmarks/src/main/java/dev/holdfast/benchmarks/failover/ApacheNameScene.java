package dev.holdfast.benchmarks.failover;

import dev.holdfast.http.apache.ApacheHttpGuard;
import dev.holdfast.lab.NameServer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetAddress;
import java.security.Security;
import java.util.Map;
import java.util.Objects;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.http.HttpHeaders;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;

/** A name that HttpClient keeps a connection to leads elsewhere; the JVM keeps names for 5 s. */
final class ApacheNameScene implements Scene {

  private static final InetAddress BEFORE = NameServer.loopback(2);
  private static final InetAddress AFTER = NameServer.loopback(1);
  private static final String KEPT = "networkaddress.cache.ttl";

  private final Runs runs = new Runs();
  private final DisposableServer server =
      HttpServer.create()
          .host("0.0.0.0")
          .port(0)
          .handle(
              (request, response) -> {
                runs.request(request.uri());
                InetAddress at = Objects.requireNonNull(request.hostAddress()).getAddress();
                return response.header(HttpHeaders.SERVER, at.getHostAddress()).send();
              })
          .bindNow();
  private final ApacheHttpGuard guard;
  private final CloseableHttpClient bare =
      HttpClients.custom().setConnectionManager(pool().build()).build();
  private final CloseableHttpClient guarded;
  private volatile InetAddress leadsTo = BEFORE;

  ApacheNameScene() {
    String before = Security.getProperty(KEPT);
    Security.setProperty(KEPT, "5");
    guard =
        ApacheHttpGuard.custom(RedisSide.direct()).meterRegistry(new SimpleMeterRegistry()).build();
    Security.setProperty(KEPT, before == null ? "" : before);
    guarded =
        guard.install(HttpClients.custom()).setConnectionManager(guard.install(pool())).build();
  }

  private PoolingHttpClientConnectionManagerBuilder pool() {
    return PoolingHttpClientConnectionManagerBuilder.create()
        .setDnsResolver(
            new SystemDefaultDnsResolver() {
              @Override
              public InetAddress[] resolve(String host) {
                return new InetAddress[] {leadsTo};
              }
            });
  }

  @Override
  public Caller caller(boolean withGuard) {
    CloseableHttpClient client = withGuard ? guarded : bare;
    String server = "http://" + Names.NAME + ":" + this.server.port();
    return id ->
        client.execute(
            new HttpPost(server + Runs.path(withGuard, id)),
            answer ->
                AFTER
                    .getHostAddress()
                    .equals(answer.getFirstHeader(HttpHeaders.SERVER).getValue()));
  }

  @Override
  public Map<String, Long> ran(boolean withGuard) {
    return runs.requests(withGuard);
  }

  @Override
  public void happens(Runnable done) {
    leadsTo = AFTER;
    done.run();
  }

  @Override
  public void close() throws Exception {
    bare.close();
    guarded.close();
    guard.close();
    server.disposeNow();
  }
}
