package dev.holdfast.redis.spring;

import dev.holdfast.redis.LettuceGuard;
import dev.holdfast.redis.LettucePool;
import dev.holdfast.redis.LettucePoolBuilder;
import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.RedisCodec;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.springframework.data.redis.connection.RedisConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionProvider;

/**
 * Spring Data's connection factory with guarded connections from a {@link LettucePool}. In Spring
 * Boot it replaces the one that is configured for you:
 *
 * <pre>{@code
 * @Bean
 * LettuceConnectionFactory redis(LettuceGuard guard) {
 *   return new GuardedLettuceConnectionFactory(
 *       guard,
 *       new RedisStandaloneConfiguration("redis", 6379),
 *       LettuceClientConfiguration.defaultConfiguration(),
 *       pool -> pool.maxSize(16));
 * }
 * }</pre>
 *
 * <p>As with Spring's own pool most operations go over one connection that all share, taken from
 * the pool for good, and only transactions, blocking commands and other databases borrow; {@code
 * setShareNativeConnection(false)} makes every operation borrow. Imperative and reactive
 * connections have a pool each, the latter's name ends in {@code -reactive}. Subscriptions have
 * connections of their own.
 *
 * <p>The pools are closed when the factory is stopped, the client resources it made when it is
 * destroyed.
 */
public class GuardedLettuceConnectionFactory extends LettuceConnectionFactory {

  private final LettuceGuard guard;
  private final GuardedClientConfiguration client;
  private final Consumer<? super LettucePoolBuilder<?, ?>> settings;

  /**
   * A factory that connects on demand.
   *
   * @param guard not installed anywhere yet
   * @param server standalone, or Sentinel
   * @param client your settings; the guard is installed in its resources and fills its options
   * @param settings what is to differ from the pool's defaults
   * @throws IllegalArgumentException if the server is a cluster, the client pools itself or reads
   *     from replicas: such connections have no single channel to lend
   * @throws IllegalStateException if the client's resources or options carry a guard already
   */
  public GuardedLettuceConnectionFactory(
      LettuceGuard guard,
      RedisConfiguration server,
      LettuceClientConfiguration client,
      Consumer<? super LettucePoolBuilder<?, ?>> settings) {
    this(guard, server, GuardedClientConfiguration.of(guard, client), settings);
  }

  private GuardedLettuceConnectionFactory(
      LettuceGuard guard,
      RedisConfiguration server,
      GuardedClientConfiguration client,
      Consumer<? super LettucePoolBuilder<?, ?>> settings) {
    super(GuardedClientConfiguration.withoutCluster(server), client);
    this.guard = guard;
    this.client = client;
    this.settings = settings;
  }

  @Override
  protected LettuceConnectionProvider doCreateConnectionProvider(
      AbstractRedisClient redisClient, RedisCodec<?, ?> codec) {
    LettuceConnectionProvider single = super.doCreateConnectionProvider(redisClient, codec);
    boolean reactive = !(codec instanceof ByteArrayCodec);
    return new PooledConnectionProvider(single, reactive ? reactive(single) : imperative(single));
  }

  private LettucePool<?, ?> imperative(LettuceConnectionProvider single) {
    LettucePoolBuilder<?, ?> pool = pool(single);
    settings.accept(pool);
    return pool.build();
  }

  private LettucePool<?, ?> reactive(LettuceConnectionProvider single) {
    LettucePoolBuilder<?, ?> pool = pool(single);
    settings.accept(pool);
    return pool.name(pool.name() + "-reactive").build();
  }

  @SuppressWarnings("unchecked") // the provider is asked by class; its codec gives the types
  private LettucePoolBuilder<Object, Object> pool(LettuceConnectionProvider single) {
    Supplier<CompletionStage<StatefulRedisConnection<Object, Object>>> supplier =
        () ->
            single
                .getConnectionAsync(StatefulRedisConnection.class)
                .thenApply(connection -> (StatefulRedisConnection<Object, Object>) connection);
    return LettucePool.of(guard, supplier);
  }

  @Override
  public void destroy() {
    super.destroy();
    client.shutDownOwn();
  }
}
