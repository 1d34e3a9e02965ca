package dev.holdfast.redis.jedis;

import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.commons.pool2.DestroyMode;
import org.apache.commons.pool2.PooledObject;
import org.apache.commons.pool2.PooledObjectFactory;
import redis.clients.jedis.DefaultJedisSocketFactory;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.JedisFactory;

/**
 * Guarded connections for a {@code JedisSentinelPool}, which tells its factory whom the Sentinels
 * name the master. Thread-safe.
 */
@SuppressWarnings("deprecation") // it is what JedisSentinelPool takes
final class GuardedMasterFactory extends JedisFactory {

  private final PooledObjectFactory<Jedis> guarded;

  /**
   * @param objects makes the connections to whoever is the master by then
   */
  GuardedMasterFactory(
      JedisClientConfig config,
      Function<Supplier<HostAndPort>, PooledObjectFactory<Jedis>> objects) {
    this(new DefaultJedisSocketFactory(config), config, objects);
  }

  private GuardedMasterFactory(
      DefaultJedisSocketFactory master,
      JedisClientConfig config,
      Function<Supplier<HostAndPort>, PooledObjectFactory<Jedis>> objects) {
    super(master, config);
    this.guarded = objects.apply(master::getHostAndPort);
  }

  @Override
  public PooledObject<Jedis> makeObject() throws Exception {
    return guarded.makeObject();
  }

  @Override
  public void activateObject(PooledObject<Jedis> pooled) throws Exception {
    guarded.activateObject(pooled);
  }

  @Override
  public void passivateObject(PooledObject<Jedis> pooled) throws Exception {
    guarded.passivateObject(pooled);
  }

  @Override
  public boolean validateObject(PooledObject<Jedis> pooled) {
    return guarded.validateObject(pooled);
  }

  @Override
  public void destroyObject(PooledObject<Jedis> pooled) throws Exception {
    guarded.destroyObject(pooled);
  }

  @Override
  public void destroyObject(PooledObject<Jedis> pooled, DestroyMode mode) throws Exception {
    guarded.destroyObject(pooled, mode);
  }
}
