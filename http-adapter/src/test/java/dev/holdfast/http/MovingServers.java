package dev.holdfast.http;

import io.netty.channel.Channel;
import io.netty.channel.socket.SocketChannel;
import io.netty.resolver.AddressResolver;
import io.netty.resolver.AddressResolverGroup;
import io.netty.resolver.InetNameResolver;
import io.netty.resolver.InetSocketAddressResolver;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Promise;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hc.client5.http.DnsResolver;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.netty.Connection;
import reactor.netty.DisposableServer;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.server.HttpServer;

/** Two servers at one port of two addresses, and a name that leads to one of them. */
final class MovingServers implements AutoCloseable {

  static final String NAME = "moving.test";

  /** One of the two. It answers with its own name. */
  static final class Server implements AutoCloseable {

    final AtomicInteger executions = new AtomicInteger();
    private final Sinks.Empty<Void> released = Sinks.empty();
    private final Set<Channel> open = ConcurrentHashMap.newKeySet();
    private final DisposableServer server;

    private Server(int last, int port) {
      server =
          HttpServer.create()
              .host("127.0.0." + last)
              .port(port)
              .protocol(HttpProtocol.HTTP11, HttpProtocol.H2C)
              .doOnConnection(this::opened)
              .route(
                  routes ->
                      routes
                          .post("/now", (request, response) -> response.sendString(executed(last)))
                          .post(
                              "/held",
                              (request, response) ->
                                  response.sendString(
                                      executed(last).flatMap(answer -> held().thenReturn(answer)))))
              .bindNow();
    }

    private void opened(Connection connection) {
      Channel stream = connection.channel();
      Channel whole = stream.parent() instanceof SocketChannel socket ? socket : stream;
      if (open.add(whole)) {
        whole.closeFuture().addListener(closed -> open.remove(whole));
      }
    }

    private Mono<String> executed(int last) {
      return Mono.fromSupplier(
          () -> {
            executions.incrementAndGet();
            return String.valueOf(last);
          });
    }

    private Mono<Void> held() {
      return released.asMono();
    }

    /** Answers what was held. */
    void release() {
      released.tryEmitEmpty();
    }

    int open() {
      return open.size();
    }

    @Override
    public void close() {
      server.disposeNow();
    }
  }

  final Server second = new Server(2, 0);
  final Server third = new Server(3, second.server.port());

  /** How often a guard's watch has asked. */
  final AtomicInteger lookUps = new AtomicInteger();

  private volatile int[] leadsTo = {2};

  /** No address: the name is not known. */
  void leadsTo(int... last) {
    leadsTo = last;
  }

  String uri(String path) {
    return "http://" + NAME + ":" + second.server.port() + path;
  }

  private InetAddress[] resolve(String host) throws UnknownHostException {
    int[] now = leadsTo;
    if (Thread.currentThread().getName().equals("holdfast-names")) {
      lookUps.incrementAndGet();
    }
    if (now.length == 0) {
      throw new UnknownHostException(host);
    }
    InetAddress[] all = new InetAddress[now.length];
    for (int i = 0; i < now.length; i++) {
      all[i] = InetAddress.getByAddress(new byte[] {127, 0, 0, (byte) now[i]});
    }
    return all;
  }

  DnsResolver dns() {
    return new DnsResolver() {
      @Override
      public InetAddress[] resolve(String host) throws UnknownHostException {
        return MovingServers.this.resolve(host);
      }

      @Override
      public String resolveCanonicalHostname(String host) {
        return host;
      }
    };
  }

  AddressResolverGroup<InetSocketAddress> resolvers() {
    return new AddressResolverGroup<>() {
      @Override
      protected AddressResolver<InetSocketAddress> newResolver(EventExecutor executor) {
        return new InetSocketAddressResolver(executor, resolver(executor));
      }
    };
  }

  private InetNameResolver resolver(EventExecutor executor) {
    return new InetNameResolver(executor) {
      @Override
      protected void doResolve(String name, Promise<InetAddress> promise) {
        try {
          promise.setSuccess(MovingServers.this.resolve(name)[0]);
        } catch (UnknownHostException unknown) {
          promise.setFailure(unknown);
        }
      }

      @Override
      protected void doResolveAll(String name, Promise<List<InetAddress>> promise) {
        try {
          promise.setSuccess(Arrays.asList(MovingServers.this.resolve(name)));
        } catch (UnknownHostException unknown) {
          promise.setFailure(unknown);
        }
      }
    };
  }

  @Override
  public void close() {
    second.release();
    third.release();
    second.close();
    third.close();
  }
}
