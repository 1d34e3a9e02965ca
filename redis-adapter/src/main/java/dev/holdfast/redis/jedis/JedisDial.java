package dev.holdfast.redis.jedis;

import dev.holdfast.internal.socket.GuardedSocket;
import dev.holdfast.internal.socket.OpenSocket;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import javax.net.SocketFactory;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.DefaultJedisSocketFactory;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.exceptions.JedisConnectionException;

/**
 * Dials one connection, once. Jedis opens a closed connection again by asking its factory for
 * another socket, without {@code AUTH} and {@code SELECT}; this one refuses. Confined to the thread
 * that dials, but for {@link #giveUp}.
 *
 * <p>It is a {@link DefaultJedisSocketFactory} because {@code Connection.getHostAndPort()} casts to
 * that.
 */
final class JedisDial extends DefaultJedisSocketFactory {

  private static final String CLOSED =
      "the connection is closed: a guarded one is never opened again, for it would be without AUTH"
          + " and SELECT; borrow another";

  private final JedisParts guard;
  private final JedisClientConfig config;
  private boolean used;
  private boolean tls;
  private volatile boolean gone;
  private volatile @Nullable GuardedSocket socket;

  JedisDial(JedisParts guard, HostAndPort server, JedisClientConfig config) {
    super(server, config);
    this.guard = guard;
    this.config = config;
  }

  /** Nobody wants the connection any more. Any thread. */
  void giveUp() {
    gone = true;
    abandon();
  }

  /** Its handshake with the server has failed, or is not wanted any more. Any thread. */
  void abandon() {
    GuardedSocket made = socket;
    if (made != null) {
      try {
        made.close();
      } catch (IOException unheard) {
        // nothing more can be done to it
      }
    }
  }

  boolean isOpen() {
    GuardedSocket made = socket;
    return made != null && made.open() != null;
  }

  GuardedSocket socket() {
    return Objects.requireNonNull(socket, "not dialled");
  }

  OpenSocket open() {
    return Objects.requireNonNull(socket().open(), "not connected");
  }

  boolean tls() {
    return tls;
  }

  @Override
  public Socket createSocket() throws JedisConnectionException {
    if (used) {
      throw new JedisConnectionException(CLOSED);
    }
    used = true;
    HostAndPort server = getSocketHostAndPort();
    try {
      GuardedSocket made = new GuardedSocket(guard.connects(), SocketFactory.getDefault());
      socket = made;
      if (gone) {
        throw new IOException("given up");
      }
      made.setReuseAddress(true);
      made.setKeepAlive(true);
      made.setTcpNoDelay(true);
      made.setSoLinger(true, 0); // as Jedis: its connections leave no TIME_WAIT
      made.connect(addresses(server), guard.addresses(), config.getConnectionTimeoutMillis());
      made.setSoTimeout(config.getSocketTimeoutMillis());
      made.keepByHand();
      open().begins(); // until hands are shaken: a flow that is forgotten meanwhile is given up
      Socket top = JedisTls.layer(made, server, config);
      tls = top != made;
      return top;
    } catch (IOException | RuntimeException failed) {
      abandon();
      throw failed instanceof JedisConnectionException jedis
          ? jedis
          : new JedisConnectionException("Failed to connect to " + server + ".", failed);
    }
  }

  /** In any order, as Jedis itself dials them, but those last that failed lately. */
  private List<InetSocketAddress> addresses(HostAndPort server) throws UnknownHostException {
    List<InetAddress> all =
        new ArrayList<>(Arrays.asList(InetAddress.getAllByName(server.getHost())));
    Collections.shuffle(all);
    return guard
        .addresses()
        .inOrder(all.stream().map(one -> new InetSocketAddress(one, server.getPort())).toList());
  }
}
