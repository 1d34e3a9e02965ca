package dev.holdfast.redis.spring;

import dev.holdfast.redis.LettuceGuard;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.ReadFrom;
import io.lettuce.core.SslVerifyMode;
import io.lettuce.core.resource.ClientResources;
import java.time.Duration;
import java.util.Optional;
import org.springframework.data.redis.connection.RedisConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettucePoolingClientConfiguration;
import org.springframework.data.redis.connection.lettuce.RedisCredentialsProviderFactory;

/** The user's configuration, guarded; what has no single channel to lend is refused. */
final class GuardedClientConfiguration implements LettuceClientConfiguration {

  private final LettuceClientConfiguration users;
  private final ClientResources resources;
  private final ClientOptions options;

  private GuardedClientConfiguration(
      LettuceClientConfiguration users, ClientResources resources, ClientOptions options) {
    this.users = users;
    this.resources = resources;
    this.options = options;
  }

  static GuardedClientConfiguration of(LettuceGuard guard, LettuceClientConfiguration users) {
    if (users instanceof LettucePoolingClientConfiguration) {
      throw new IllegalArgumentException(
          "the client configuration is a LettucePoolingClientConfiguration, a pool of its own; pass"
              + " LettuceClientConfiguration and give the sizes to the pool's builder");
    }
    users
        .getReadFrom()
        .ifPresent(
            from -> {
              throw new IllegalArgumentException(
                  "readFrom %s makes connections to several servers in one, which cannot be lent; leave it out, or use Spring's own factory with guarded client resources"
                      .formatted(from));
            });
    ClientOptions options =
        guard.options(users.getClientOptions().orElseGet(ClientOptions::create));
    ClientResources resources =
        guard.install(users.getClientResources().orElseGet(ClientResources::create));
    return new GuardedClientConfiguration(users, resources, options);
  }

  static RedisConfiguration withoutCluster(RedisConfiguration server) {
    if (RedisConfiguration.isClusterConfiguration(server)
        || RedisConfiguration.isStaticMasterReplicaConfiguration(server)) {
      throw new IllegalArgumentException(
          "%s: connections to several servers in one cannot be lent; use Spring's own factory with guarded client resources"
              .formatted(server.getClass().getSimpleName()));
    }
    return server;
  }

  /** The user's own resources are the user's to shut down. */
  void shutDownOwn() {
    if (users.getClientResources().isEmpty()) {
      resources.shutdown();
    }
  }

  @Override
  public Optional<ClientResources> getClientResources() {
    return Optional.of(resources);
  }

  @Override
  public Optional<ClientOptions> getClientOptions() {
    return Optional.of(options);
  }

  @Override
  public boolean isUseSsl() {
    return users.isUseSsl();
  }

  @Override
  @SuppressWarnings("deprecation") // Spring still asks
  public boolean isVerifyPeer() {
    return users.isVerifyPeer();
  }

  @Override
  public SslVerifyMode getVerifyMode() {
    return users.getVerifyMode();
  }

  @Override
  public boolean isStartTls() {
    return users.isStartTls();
  }

  @Override
  public Optional<String> getClientName() {
    return users.getClientName();
  }

  @Override
  public Optional<ReadFrom> getReadFrom() {
    return users.getReadFrom();
  }

  @Override
  public Optional<RedisCredentialsProviderFactory> getRedisCredentialsProviderFactory() {
    return users.getRedisCredentialsProviderFactory();
  }

  @Override
  public Duration getCommandTimeout() {
    return users.getCommandTimeout();
  }

  @Override
  public Duration getShutdownTimeout() {
    return users.getShutdownTimeout();
  }

  @Override
  public Duration getShutdownQuietPeriod() {
    return users.getShutdownQuietPeriod();
  }
}
