package dev.holdfast.benchmarks.failover;

import dev.holdfast.http.apache.ApacheHttpGuard;
import dev.holdfast.lab.NameServer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.util.Timeout;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;

/**
 * The first of a name's two addresses stops to answer dials: its queue of connections is full.
 * Every call makes a connection.
 */
final class AddressScene implements Scene {

  private static final Timeout CONNECT = Timeout.ofSeconds(3);
  private static final InetAddress LIVE = NameServer.loopback(1);
  private static final InetAddress DEAF = NameServer.loopback(2);
  private static final int QUEUE = 1;
  private static final int FULL = 8;

  private final Runs runs = new Runs();
  private final DisposableServer server =
      HttpServer.create()
          .host("127.0.0.1")
          .port(0)
          .handle(
              (request, response) -> {
                runs.request(request.uri());
                return response.send();
              })
          .bindNow();
  private final ServerSocket deaf = new ServerSocket(server.port(), QUEUE, DEAF);
  private final List<AutoCloseable> opened = new ArrayList<>();
  private volatile boolean happened;

  AddressScene() throws IOException {
    opened.add(deaf);
  }

  private final class Addresses extends SystemDefaultDnsResolver {

    @Override
    public InetAddress[] resolve(String host) {
      return happened ? new InetAddress[] {DEAF, LIVE} : new InetAddress[] {LIVE};
    }
  }

  @Override
  public Caller caller(boolean guarded) {
    var pool =
        PoolingHttpClientConnectionManagerBuilder.create()
            .setDnsResolver(new Addresses())
            .setDefaultConnectionConfig(
                ConnectionConfig.custom()
                    .setConnectTimeout(CONNECT)
                    .setSocketTimeout(CONNECT)
                    .build());
    CloseableHttpClient client = guarded ? guarded(pool) : bare(pool);
    opened.add(client);
    return id -> {
      HttpGet get = new HttpGet("http://server.lab:" + server.port() + Runs.path(guarded, id));
      get.setHeader("Connection", "close");
      return client.execute(get, answer -> answer.getCode() == 200);
    };
  }

  private static CloseableHttpClient bare(PoolingHttpClientConnectionManagerBuilder pool) {
    return HttpClients.custom().setConnectionManager(pool.build()).build();
  }

  private CloseableHttpClient guarded(PoolingHttpClientConnectionManagerBuilder pool) {
    ApacheHttpGuard guard =
        ApacheHttpGuard.custom(RedisSide.direct()).meterRegistry(new SimpleMeterRegistry()).build();
    opened.add(guard);
    return guard.install(HttpClients.custom()).setConnectionManager(guard.install(pool)).build();
  }

  @Override
  public Map<String, Long> ran(boolean guarded) {
    return runs.requests(guarded);
  }

  @Override
  public void happens(Runnable done) throws IOException {
    for (int i = 0; i < FULL; i++) {
      Socket unserved = new Socket();
      opened.add(unserved);
      fill(unserved);
    }
    happened = true;
    done.run();
  }

  private void fill(Socket unserved) throws IOException {
    try {
      unserved.connect(new InetSocketAddress(DEAF, server.port()), 50);
    } catch (SocketTimeoutException full) {
      unserved.close();
    }
  }

  @Override
  public void close() throws Exception {
    for (AutoCloseable one : opened) {
      one.close();
    }
    server.disposeNow();
  }
}
