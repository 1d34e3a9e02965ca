package dev.holdfast.internal.dial;

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
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Looks names up as a Netty client's connects do, but waits for the answer on the thread that asks;
 * never on an event loop. Equal to any other over the same resolvers. Thread-safe.
 */
public final class GroupResolver implements NameWatch.Resolver {

  /** As long as Netty's resolver asks one server. */
  private static final long PATIENCE_SECONDS = 5;

  private static final String NETTYS_DNS = "io.netty.resolver.dns.";

  private final AddressResolverGroup<?> resolvers;
  private final int port;
  private final Supplier<? extends @Nullable EventLoop> loop;

  /**
   * Looks nothing up yet.
   *
   * @param resolvers of the client
   * @param port of the server
   * @param loop of a connection, where the resolver may have kept what it heard; null for none at
   *     the moment, and then there is no answer
   */
  public GroupResolver(
      AddressResolverGroup<?> resolvers, int port, Supplier<? extends @Nullable EventLoop> loop) {
    this.resolvers = resolvers;
    this.port = port;
    this.loop = loop;
  }

  @Override
  @SuppressWarnings("unchecked") // as Netty's connects take it
  public InetAddress[] resolve(String name) throws UnknownHostException {
    EventLoop on = loop.get();
    if (on == null) {
      throw new UnknownHostException(name);
    }
    AddressResolverGroup<SocketAddress> any = (AddressResolverGroup<SocketAddress>) resolvers;
    Future<List<SocketAddress>> answer =
        any.getResolver(on).resolveAll(InetSocketAddress.createUnresolved(name, port));
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

  /** Netty's own keeps an answer for its TTL; of a user's nothing is known. */
  @Override
  public boolean remembers() {
    return resolvers.getClass().getName().startsWith(NETTYS_DNS);
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
