package dev.holdfast.redis.jedis;

import java.util.Objects;
import org.apache.commons.pool2.BasePooledObjectFactory;
import org.apache.commons.pool2.DestroyMode;
import org.apache.commons.pool2.PooledObject;
import org.apache.commons.pool2.impl.DefaultPooledObject;
import org.apache.commons.pool2.impl.GenericObjectPoolConfig;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Connection;

/**
 * For code that asks a provider for Jedis' own pool: that one keeps nothing, and what it lends is
 * borrowed from, and returned to, the guarded one.
 */
final class ShownConnections extends BasePooledObjectFactory<Connection> {

  private @Nullable JedisConnections connections;

  static GenericObjectPoolConfig<Connection> settings() {
    GenericObjectPoolConfig<Connection> settings = new GenericObjectPoolConfig<>();
    settings.setMaxTotal(-1);
    settings.setMaxIdle(0);
    settings.setJmxEnabled(false);
    return settings;
  }

  void are(JedisConnections all) {
    connections = all;
  }

  @Override
  public Connection create() {
    return Objects.requireNonNull(connections).lend(false, false, true);
  }

  @Override
  public PooledObject<Connection> wrap(Connection connection) {
    return new DefaultPooledObject<>(connection);
  }

  @Override
  public void destroyObject(PooledObject<Connection> shown, DestroyMode mode) {
    destroyObject(shown);
  }

  @Override
  public void destroyObject(PooledObject<Connection> shown) {
    if (shown.getObject() instanceof GuardedConnection guarded) {
      guarded.giveBack();
    }
  }
}
