package dev.holdfast.redis.jedis;

import dev.holdfast.internal.dial.NameWatch;
import dev.holdfast.internal.report.EndpointUses;
import dev.holdfast.internal.socket.DialledName;
import dev.holdfast.internal.socket.DialledNames;
import dev.holdfast.internal.socket.SocketPaths;
import dev.holdfast.internal.usage.EndpointChurn;
import dev.holdfast.path.ConnectionPlan;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Objects;
import java.util.Optional;

/**
 * One path, to whatever server.
 *
 * @param plan of the path
 * @param uses of its endpoints
 * @param names that are watched
 */
record JedisPaths(ConnectionPlan plan, EndpointUses uses, DialledNames names)
    implements SocketPaths {

  /** One for all: names are compared with who looked them up. */
  private static final NameWatch.Resolver RESOLVER = InetAddress::getAllByName;

  @Override
  public ConnectionPlan plan(InetSocketAddress remote) {
    return plan;
  }

  @Override
  public EndpointChurn use(InetSocketAddress remote) {
    return uses.use(remote.getHostString(), remote.getPort());
  }

  @Override
  public Optional<DialledName> name(InetSocketAddress remote) {
    String host = remote.getHostString();
    boolean literal =
        NetUtil.isValidIpV4Address(host)
            || NetUtil.isValidIpV6Address(host)
            || "localhost".equalsIgnoreCase(host);
    return literal || !names.areWatched()
        ? Optional.empty()
        : Optional.of(
            new DialledName(host, RESOLVER, Objects.requireNonNull(remote.getAddress(), host)));
  }
}
