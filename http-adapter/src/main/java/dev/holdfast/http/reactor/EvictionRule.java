package dev.holdfast.http.reactor;

import io.netty.channel.Channel;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;
import reactor.netty.Connection;
import reactor.netty.resources.ConnectionProvider.ConnectionMetadata;

/**
 * Which pooled connections are not lent again: by the guard's limits and by the user's. There is
 * room for one predicate in a pool, and it replaces Reactor Netty's own checks, so they are
 * restated here. Any thread, so no {@code TCP_INFO} is read: {@link Lease} does, on the event loop.
 */
final class EvictionRule implements BiPredicate<Connection, ConnectionMetadata> {

  private final long maxIdleMillis;
  private final long maxLifeMillis;
  private final @Nullable BiPredicate<Connection, ConnectionMetadata> users;

  EvictionRule(PoolSettings pool) {
    this.maxIdleMillis = pool.maxIdleMillis() < 0 ? Long.MAX_VALUE : pool.maxIdleMillis();
    this.maxLifeMillis = pool.maxLifeMillis() < 0 ? Long.MAX_VALUE : pool.maxLifeMillis();
    this.users = pool.evicts();
  }

  @Override
  public boolean test(Connection connection, ConnectionMetadata metadata) {
    Channel channel = connection.channel();
    GuardedConnection guarded = GuardedConnection.of(channel);
    boolean http2 = guarded != null && guarded.http2().isSpoken();
    if (!channel.isActive() || (!http2 && !connection.isPersistent())) {
      return true; // of HTTP/2 it says how the request ended that upgraded the connection
    }
    BiPredicate<Connection, ConnectionMetadata> rule = users;
    if (rule == null ? isPast(metadata, guarded) : rule.test(connection, metadata)) {
      return true; // beside a rule of the user's Reactor Netty knows no other
    }
    if (guarded == null) {
      return false; // of a client that is not guarded
    }
    long now = System.nanoTime();
    return guarded.doomed()
        || guarded.retirement().isDue(now)
        || (guarded.dark() && guarded.http2().hasSubstitute())
        || (guarded.retirement().unused() && guarded.suspect(now));
  }

  /** Where the user has PING sent after an idle time, that is no end: as in Reactor Netty. */
  private boolean isPast(ConnectionMetadata metadata, @Nullable GuardedConnection guarded) {
    boolean idle =
        maxIdleMillis != Long.MAX_VALUE
            && metadata.idleTime() >= maxIdleMillis
            && (guarded == null || !guarded.http2().pingsForUser());
    return idle || (maxLifeMillis != Long.MAX_VALUE && metadata.lifeTime() >= maxLifeMillis);
  }
}
