package dev.holdfast.http.reactor;

import io.netty.channel.Channel;
import java.net.SocketAddress;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What a connection does beside carrying streams, should it turn out to speak HTTP/2: asks for
 * signs of life, and is closed by the guard, for the client's pool of connections does not know
 * their streams. Confined to the channel's event loop, except where a method says otherwise.
 */
final class Http2Side {

  /** Longer than it takes to give a stream to a call that waits for one. */
  private static final long QUIET_NANOS = 25_000_000;

  private final GuardedConnection connection;
  private volatile @Nullable Multiplexed siblings;
  private volatile @Nullable Object origin;
  private volatile boolean spoken;
  private volatile @Nullable PingSettings pings;
  private volatile @Nullable PingWatch pingWatch;

  Http2Side(GuardedConnection connection) {
    this.connection = connection;
  }

  /** Which others of HTTP/2 carry the same clients' calls. */
  void multiplexesWith(Multiplexed others) {
    siblings = others;
  }

  /** Where the call goes that the connection was made for. */
  void leadsTo(@Nullable SocketAddress asked) {
    origin = Destination.originOf(asked);
  }

  /** Where its calls go; null if that is not known. Any thread. */
  @Nullable Object origin() {
    return origin;
  }

  /** Whether another connection can take its calls. Any thread. */
  boolean hasSubstitute() {
    Multiplexed others = siblings;
    return spoken && others != null && others.hasInsteadOf(connection);
  }

  /** How PING is used. */
  void pings(@Nullable PingSettings settings) {
    pings = settings;
  }

  /** Whether the user has PING sent while the connection is idle. Any thread. */
  boolean pingsForUser() {
    PingSettings settings = pings;
    return settings != null && settings.users() && pingWatch != null;
  }

  /**
   * The connection speaks HTTP/2.
   *
   * @return whether that was not known
   */
  boolean begins() {
    if (spoken) {
      return false;
    }
    spoken = true;
    Multiplexed others = siblings;
    if (others != null) {
      others.add(connection);
    }
    PingSettings settings = pings;
    pingWatch = settings == null ? null : new PingWatch(connection, settings);
    return true;
  }

  /** Whether the connection is known to speak HTTP/2. Any thread. */
  boolean isSpoken() {
    return spoken;
  }

  /** A stream begins. */
  void onStream() {
    PingWatch pinging = pingWatch;
    if (pinging != null) {
      pinging.onStream();
    }
  }

  /**
   * Closes the connection once it has had no stream for a while: calls that wait for one of its
   * streams get it as soon as another ends. Any thread.
   */
  void closeOnceDone() {
    if (spoken) {
      connection.channel().eventLoop().execute(() -> closeIfQuiet(false));
    }
  }

  private void closeIfQuiet(boolean quietBefore) {
    Channel channel = connection.channel();
    boolean quiet = connection.idle();
    if (quiet && quietBefore) {
      channel.close();
    } else if (channel.isActive()) {
      channel.eventLoop().schedule(() -> closeIfQuiet(quiet), QUIET_NANOS, TimeUnit.NANOSECONDS);
    }
  }

  /** Closes the connection with all its streams. Any thread. */
  void closeStreams() {
    if (spoken) {
      connection.channel().close();
    }
  }
}
