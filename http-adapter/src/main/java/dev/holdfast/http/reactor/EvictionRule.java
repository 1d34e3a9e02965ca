package dev.holdfast.http.reactor;

import io.netty.channel.Channel;
import java.util.function.BiPredicate;
import reactor.netty.Connection;
import reactor.netty.resources.ConnectionProvider.ConnectionMetadata;

/**
 * Which pooled connections are not lent again. A predicate of the user's replaces Reactor Netty's
 * own checks, so they are restated here. Any thread, so no {@code TCP_INFO} is read: {@link Lease}
 * does, on the event loop.
 */
final class EvictionRule implements BiPredicate<Connection, ConnectionMetadata> {

  @Override
  public boolean test(Connection connection, ConnectionMetadata metadata) {
    Channel channel = connection.channel();
    if (!channel.isActive() || !connection.isPersistent()) {
      return true;
    }
    GuardedConnection guarded = GuardedConnection.of(channel);
    if (guarded == null) {
      return false; // of a client that is not guarded
    }
    long now = System.nanoTime();
    return guarded.doomed()
        || guarded.retirement().isDue(now)
        || (guarded.retirement().unused() && guarded.suspect(now));
  }
}
