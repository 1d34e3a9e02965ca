package dev.holdfast.boot;

import dev.holdfast.redis.LettuceGuard;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.data.redis.connection.RedisSentinelConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConverters;

/**
 * Has the guard listen to the Sentinels of each guarded connection factory, once that is started;
 * after a stop and a start too, for then it has another client.
 */
final class FollowedSentinels implements SmartLifecycle {

  private static final Logger LOG = LoggerFactory.getLogger(FollowedSentinels.class);

  private final LettuceGuard guard;
  private final ListableBeanFactory beans;
  private volatile boolean running;

  FollowedSentinels(LettuceGuard guard, ListableBeanFactory beans) {
    this.guard = guard;
    this.beans = beans;
  }

  @Override
  public void start() {
    running = true;
    beans.getBeansOfType(LettuceConnectionFactory.class, false, false).values().stream()
        .filter(factory -> factory.isRunning() && factory.getSentinelConfiguration() != null)
        .forEach(this::follow);
  }

  private void follow(LettuceConnectionFactory factory) {
    RedisSentinelConfiguration sentinels = factory.getSentinelConfiguration();
    if (sentinels == null || !(factory.getNativeClient() instanceof RedisClient client)) {
      return;
    }
    RedisURI uri = LettuceConverters.sentinelConfigurationToRedisURI(sentinels);
    uri.getSentinels().forEach(sentinel -> connectAs(sentinel, factory));
    try {
      guard.followSentinels(client, uri);
    } catch (IllegalArgumentException | IllegalStateException otherGuard) {
      LOG.debug("redis: the Sentinels of a client of another guard are not followed", otherGuard);
    }
  }

  /** As Spring does. */
  private static void connectAs(RedisURI sentinel, LettuceConnectionFactory factory) {
    sentinel.setSsl(factory.isUseSsl());
    sentinel.setVerifyPeer(factory.getClientConfiguration().getVerifyMode());
    sentinel.setStartTls(factory.isStartTls());
  }

  @Override
  public void stop() {
    running = false;
  }

  @Override
  public boolean isRunning() {
    return running;
  }

  /** The last to start: behind the factories. */
  @Override
  public int getPhase() {
    return Integer.MAX_VALUE;
  }
}
