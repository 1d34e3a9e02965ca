package dev.holdfast.redis;

import dev.holdfast.dial.ConnectReport;
import dev.holdfast.gate.ConnectOutcome;
import dev.holdfast.internal.dial.GroupResolver;
import dev.holdfast.internal.dial.NameWatch;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.SocketAddressResolver;
import io.netty.channel.EventLoop;
import io.netty.resolver.AddressResolverGroup;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a guard does when another server takes over, or the same one is back: leads the connections
 * away from the old one, and wakes those that sleep. Thread-safe.
 */
final class Successors implements AutoCloseable {

  private final Supplier<List<GuardedChannel>> connections;

  /** None if names are not watched, or the JVM keeps them for ever. */
  private final @Nullable NameWatch names;

  /** The client's own; null for the JVM's. */
  private volatile @Nullable AddressResolverGroup<?> resolvers;

  private final List<SentinelWatch> sentinels = new CopyOnWriteArrayList<>();

  /** Of the resources that the guard was installed in, while those are reachable. */
  private final Set<ReconnectTimer> reconnects = Collections.newSetFromMap(new WeakHashMap<>());

  /**
   * @param connections those that are up
   * @param nameLookUp how often names are looked up; null for never
   */
  Successors(Supplier<List<GuardedChannel>> connections, @Nullable Duration nameLookUp) {
    this.connections = connections;
    this.names = nameLookUp == null ? null : new NameWatch(nameLookUp, this::leaveGently);
  }

  /** Reconnects sleep there. */
  void wakes(ReconnectTimer timer) {
    synchronized (reconnects) {
      reconnects.add(timer);
    }
  }

  /** A connect has ended. */
  void ended(ConnectReport report) {
    if (report.outcome() != ConnectOutcome.CONNECTED) {
      return;
    }
    if (names != null && report.remote() instanceof InetSocketAddress remote) {
      watch(names, remote);
    }
    List<ReconnectTimer> all;
    synchronized (reconnects) {
      all = List.copyOf(reconnects);
    }
    all.forEach(timer -> timer.wake(report.remote()));
  }

  private void watch(NameWatch watching, InetSocketAddress remote) {
    AddressResolverGroup<?> clients = resolvers;
    InetAddress address = remote.getAddress();
    if (clients == null || address == null) {
      watching.connected(remote);
    } else if (!remote.getHostString().equals(address.getHostAddress())) {
      watching.connected(
          remote.getHostString(),
          new GroupResolver(clients, remote.getPort(), this::anyLoop),
          address);
    }
  }

  private @Nullable EventLoop anyLoop() {
    for (GuardedChannel connection : connections.get()) {
      if (!connection.channel().eventLoop().isShuttingDown()) {
        return connection.channel().eventLoop();
      }
    }
    return null;
  }

  /**
   * Names are resolved by what the client's connects go by, whose cache is not the JVM's.
   *
   * @param resources of the client
   */
  void resolvesAs(ClientResources resources) {
    if (resources.socketAddressResolver().getClass() == SocketAddressResolver.class) {
      resolvers = resources.addressResolverGroup();
    }
  }

  /** Listens to Sentinels of a master, and leaves it when another takes over. */
  void follow(RedisClient client, RedisURI uri, String master) {
    if (sentinels.stream().anyMatch(known -> known.follows(client, master))) {
      return;
    }
    SentinelWatch watch = new SentinelWatch(this, client, master);
    sentinels.add(watch);
    uri.getSentinels().forEach(watch::listenTo);
  }

  /**
   * A server was replaced.
   *
   * @return how many connections lead to it
   */
  int leave(InetSocketAddress server, String why) {
    return lead(remote -> Asleep.same(remote, server), each -> each.leave(why));
  }

  /** No name leads there any more: whoever is connected to it follows, and nothing is cut. */
  void leaveGently(InetAddress gone) {
    lead(
        remote -> remote instanceof InetSocketAddress to && gone.equals(to.getAddress()),
        each -> each.leaveGently("its name leads elsewhere"));
  }

  /**
   * A server has turned out to be a replica: the other connections that lead to it are given up as
   * soon as nothing is in flight, so that those that only read do not stay behind.
   */
  void leaveReplica(SocketAddress remote) {
    lead(remote::equals, GuardedChannel::leaveReplicaIfQuiet);
  }

  private int lead(Predicate<SocketAddress> from, Consumer<GuardedChannel> away) {
    int led = 0;
    for (GuardedChannel connection : connections.get()) {
      if (from.test(connection.remote())) {
        away.accept(connection);
        led++;
      }
    }
    return led;
  }

  @Override
  public void close() {
    sentinels.forEach(SentinelWatch::close);
    if (names != null) {
      names.close();
    }
  }
}
