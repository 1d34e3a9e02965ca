package dev.holdfast.http.reactor;

import dev.holdfast.dial.NameWatch;
import io.netty.channel.EventLoop;
import io.netty.resolver.AddressResolverGroup;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Looks names up as a client's connects do, but waits for the answer on the thread that asks; never
 * on an event loop. Equal to any other over the same resolvers. Thread-safe.
 */
final class GroupResolver implements NameWatch.Resolver {

  /** As long as Netty's resolver asks one server. */
  private static final long PATIENCE_SECONDS = 5;

  private final AddressResolverGroup<?> resolvers;
  private final int port;
  private final EventLoop loop;

  /**
   * @param port of the server
   * @param loop of a connection, where the resolver may have kept what it heard
   */
  GroupResolver(AddressResolverGroup<?> resolvers, int port, EventLoop loop) {
    this.resolvers = resolvers;
    this.port = port;
    this.loop = loop;
  }

  @Override
  @SuppressWarnings("unchecked") // as Netty's connects take it
  public InetAddress[] resolve(String name) throws UnknownHostException {
    AddressResolverGroup<SocketAddress> any = (AddressResolverGroup<SocketAddress>) resolvers;
    Future<List<SocketAddress>> answer =
        any.getResolver(loop).resolveAll(InetSocketAddress.createUnresolved(name, port));
    try {
      if (!answer.await(PATIENCE_SECONDS, TimeUnit.SECONDS) || !answer.isSuccess()) {
        throw new UnknownHostException(name);
      }
    } catch (InterruptedException closed) {
      Thread.currentThread().interrupt();
      throw new UnknownHostException(name);
    }
    Collection<SocketAddress> all = answer.getNow();
    return all.stream()
        .filter(InetSocketAddress.class::isInstance)
        .map(address -> ((InetSocketAddress) address).getAddress())
        .filter(Objects::nonNull)
        .toArray(InetAddress[]::new);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof GroupResolver same && same.resolvers == resolvers && same.port == port;
  }

  @Override
  public int hashCode() {
    return 31 * System.identityHashCode(resolvers) + port;
  }
}
