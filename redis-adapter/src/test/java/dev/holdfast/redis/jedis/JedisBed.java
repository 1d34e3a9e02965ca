package dev.holdfast.redis.jedis;

import dev.holdfast.path.ConnectionPlan;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.ServerLimits;
import dev.holdfast.report.DiagnosisEvent;
import dev.holdfast.socket.ConnectionEnd;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import org.apache.commons.pool2.impl.GenericObjectPoolConfig;
import redis.clients.jedis.Connection;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.providers.ConnectionProvider;
import redis.clients.jedis.providers.PooledConnectionProvider;

/** Clients of one server, bare or guarded, of whatever version of Jedis is on the class path. */
public final class JedisBed implements AutoCloseable {

  public static final Duration SOON = Duration.ofSeconds(10);

  private final HostAndPort server;
  private final List<AutoCloseable> opened = new CopyOnWriteArrayList<>();
  private final MeterRegistry meters = new SimpleMeterRegistry();
  private final List<ConnectionEnd> ends = new CopyOnWriteArrayList<>();
  private final List<DiagnosisEvent> diagnoses = new CopyOnWriteArrayList<>();
  private final JedisClientConfig config;

  public JedisBed(String host, int port, UnaryOperator<DefaultJedisClientConfig.Builder> config) {
    this.server = new HostAndPort(host, port);
    this.config = config.apply(DefaultJedisClientConfig.builder()).build();
  }

  public JedisBed(int port) {
    this("127.0.0.1", port, config -> config.socketTimeoutMillis(5_000));
  }

  /** It knows of no hop and no limit near the tests': the guard is left to its evidence. */
  public static ConnectionPlan direct() {
    return NetworkPath.to(ServerLimits.withIdleTimeout("redis", Duration.ofMinutes(5))).plan();
  }

  public JedisGuard guard(UnaryOperator<JedisGuardBuilder> settings) {
    return guard(direct(), settings);
  }

  public JedisGuard guard(ConnectionPlan plan, UnaryOperator<JedisGuardBuilder> settings) {
    JedisGuard guard = settings.apply(JedisGuard.custom(plan).meterRegistry(meters)).build();
    guard.onEnd(ends::add);
    guard.onDiagnosis(diagnoses::add);
    opened.add(0, guard);
    return guard;
  }

  public JedisConnections guarded(UnaryOperator<JedisConnectionsBuilder> settings) {
    return guarded(guard(builder -> builder), settings);
  }

  public JedisConnections guarded(
      JedisGuard guard, UnaryOperator<JedisConnectionsBuilder> settings) {
    return settings.apply(guard.pool(server, config).acquireTimeout(SOON)).build();
  }

  public JedisConnections guarded(int size) {
    return guarded(pool -> pool.maxSize(size));
  }

  public PooledConnectionProvider bare(int size) {
    GenericObjectPoolConfig<Connection> pool = new GenericObjectPoolConfig<>();
    pool.setMaxTotal(size);
    pool.setMaxIdle(size);
    PooledConnectionProvider provider = new PooledConnectionProvider(server, config, pool);
    opened.add(0, provider);
    return provider;
  }

  /** Up to 7.3 by a constructor, from 7.4 on by a builder. */
  public UnifiedJedis client(ConnectionProvider provider) {
    try {
      try {
        return UnifiedJedis.class.getConstructor(ConnectionProvider.class).newInstance(provider);
      } catch (NoSuchMethodException newer) {
        Class<?> client = Class.forName("redis.clients.jedis.RedisClient");
        Object builder = client.getMethod("builder").invoke(null);
        method(builder, "clientConfig", JedisClientConfig.class).invoke(builder, config);
        method(builder, "connectionProvider", ConnectionProvider.class).invoke(builder, provider);
        return (UnifiedJedis) method(builder, "build").invoke(builder);
      }
    } catch (ReflectiveOperationException unknown) {
      throw new IllegalStateException(unknown);
    }
  }

  private static Method method(Object of, String name, Class<?>... types)
      throws NoSuchMethodException {
    return of.getClass().getMethod(name, types);
  }

  public double meter(String name, String... tags) {
    return meters.find(name).tags(tags).counters().stream().mapToDouble(one -> one.count()).sum();
  }

  public List<ConnectionEnd> ends() {
    return ends;
  }

  public List<DiagnosisEvent> diagnoses() {
    return diagnoses;
  }

  @Override
  public void close() throws Exception {
    for (AutoCloseable closeable : opened) {
      closeable.close();
    }
  }
}
