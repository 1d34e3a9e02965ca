package dev.holdfast.redis.jedis;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.internal.command.ResidueReports;
import dev.holdfast.internal.socket.Death;
import dev.holdfast.pool.Liveness;
import dev.holdfast.redis.Residue;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.commons.pool2.DestroyMode;
import org.apache.commons.pool2.PooledObject;
import org.apache.commons.pool2.PooledObjectFactory;
import org.apache.commons.pool2.impl.DefaultPooledObject;
import redis.clients.jedis.Connection;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.exceptions.JedisConnectionException;

/**
 * Guarded connections for a pool of Jedis' own. It refuses by throwing where commons-pool2 then
 * makes another in the same call: at activation, before each borrow, what died, and at passivation,
 * after each return, what something was left on. Thread-safe.
 *
 * @param <T> what the pool holds
 */
final class GuardedObjects<T> implements PooledObjectFactory<T> {

  private static final Liveness UNHEARD =
      new Liveness() {
        @Override
        public void dead(Cause cause) {}

        @Override
        public void suspect() {}

        @Override
        public void traffic() {}
      };

  private final JedisParts guard;
  private final Supplier<HostAndPort> server;
  private final JedisClientConfig config;
  private final ResidueReports reports;
  private final Function<Connection, T> wrap;
  private final Function<T, Connection> unwrap;

  GuardedObjects(
      JedisParts guard,
      Supplier<HostAndPort> server,
      JedisClientConfig config,
      ResidueReports reports,
      Function<Connection, T> wrap,
      Function<T, Connection> unwrap) {
    this.guard = guard;
    this.server = server;
    this.config = config;
    this.reports = reports;
    this.wrap = wrap;
    this.unwrap = unwrap;
  }

  private GuardedConnection connection(PooledObject<T> pooled) {
    return (GuardedConnection) unwrap.apply(pooled.getObject());
  }

  @Override
  public PooledObject<T> makeObject() {
    JedisDial dial = new JedisDial(guard, server.get(), config);
    try {
      GuardedConnection made = new GuardedConnection(guard, dial, config, UNHEARD);
      made.keep();
      return new DefaultPooledObject<>(wrap.apply(made));
    } catch (Throwable failed) { // of his credentials, say
      dial.abandon();
      throw failed;
    }
  }

  @Override
  public void activateObject(PooledObject<T> pooled) {
    GuardedConnection connection = connection(pooled);
    Death dead = connection.refuse(false);
    if (dead != null) {
      connection.dies(dead);
      throw new JedisConnectionException(dead.cause().text());
    }
    connection.keep();
  }

  @Override
  public void passivateObject(PooledObject<T> pooled) {
    Residue left = connection(pooled).returned();
    if (left != null) {
      reports.left(left, null);
      throw new JedisConnectionException("a connection came back with " + left.text());
    }
  }

  @Override
  public boolean validateObject(PooledObject<T> pooled) {
    return connection(pooled).disprove(config.getSocketTimeoutMillis()) == null;
  }

  @Override
  public void destroyObject(PooledObject<T> pooled, DestroyMode mode) {
    destroyObject(pooled);
  }

  @Override
  public void destroyObject(PooledObject<T> pooled) {
    connection(pooled).shut();
  }
}
