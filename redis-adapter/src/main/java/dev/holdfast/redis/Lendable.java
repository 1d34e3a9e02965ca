package dev.holdfast.redis;

import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A connection to be lent, and what its views have in common. Thread-safe.
 *
 * @param <C> its interface
 */
final class Lendable<C extends StatefulConnection<?, ?>> {

  private final C connection;
  private final ProxyMaker proxies;

  /** Null if the connection is not of the usual kind. */
  private final @Nullable CommandSource sync;

  private Lendable(C connection) {
    this.connection = connection;
    this.proxies = ProxyMaker.ofConnections(connection.getClass());
    this.sync = usual(connection, proxies);
  }

  private static @Nullable CommandSource usual(
      StatefulConnection<?, ?> connection, ProxyMaker proxies) {
    if (LentConnection.COMPLETE
        && proxies.interfaces().equals(Set.of(StatefulRedisConnection.class))
        && connection instanceof StatefulRedisConnection<?, ?> usual) {
      CommandSource sync = CommandSource.of(LentView.Api.SYNC, usual.sync());
      return sync.proxies().interfaces().equals(Set.of(RedisCommands.class)) ? sync : null;
    }
    return null;
  }

  static <C extends StatefulConnection<?, ?>> Lendable<C> of(C connection) {
    return new Lendable<>(connection);
  }

  /** The view implements the connection's public interfaces, so its class is never the same. */
  @SuppressWarnings("unchecked")
  C lend(LentView.Terms terms) {
    CommandSource usual = sync;
    return usual == null
        ? (C) proxies.make(new LentProxy(connection, terms))
        : (C) new LentConnection<>((StatefulRedisConnection<?, ?>) connection, usual, terms);
  }
}
