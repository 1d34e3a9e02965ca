package dev.holdfast.boot;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What is set under {@code holdfast} in the application's properties.
 *
 * @param enabled Whether any client is guarded.
 * @param redis Connections of Lettuce, or Jedis.
 * @param http Connections of RestClient, RestTemplate and WebClient.
 */
@ConfigurationProperties(prefix = "holdfast", ignoreUnknownFields = false)
public record HoldfastProperties(
    @DefaultValue("true") boolean enabled, @DefaultValue Redis redis, @DefaultValue Http http) {

  /**
   * Connections of Lettuce, or Jedis.
   *
   * @param enabled Whether the client of Redis is guarded.
   * @param path The way to Redis: hops and, last, the server, with arrows between them. Each is the
   *     name of a preset, or a name of your own with its limits, for example 'aws-nlb ->
   *     redis:timeout=5m'. Without it short limits are assumed.
   * @param probeAfter Idle time after which a command that must not run twice waits until the path
   *     is proved. At least one second.
   * @param replayStateIdempotentWrites Whether writes that end in the same state when run twice,
   *     such as SET, are sent again when their connection is lost.
   * @param followSentinels Whether a master is left as soon as one of the Sentinels of
   *     spring.data.redis.sentinel says that another has taken over. That is one connection more to
   *     each of them. Of Lettuce: Jedis always listens to them.
   */
  public record Redis(
      @DefaultValue("true") boolean enabled,
      @Nullable String path,
      @DefaultValue("1s") Duration probeAfter,
      @DefaultValue("false") boolean replayStateIdempotentWrites,
      @DefaultValue("true") boolean followSentinels) {}

  /**
   * Connections of RestClient, RestTemplate and WebClient.
   *
   * @param enabled Whether HTTP clients are guarded.
   * @param path The way to the servers: hops and, last, the server, with arrows between them, for
   *     example 'aws-nat-gateway -> nginx'. Without it short limits are assumed.
   * @param hosts Servers with a way of their own.
   * @param probeAfter Idle time after which a request that must not run twice waits until the path
   *     is proved. At least one second.
   * @param replayIdempotentWrites Whether PUT and DELETE are sent again when their connection is
   *     lost without an answer.
   */
  public record Http(
      @DefaultValue("true") boolean enabled,
      @Nullable String path,
      @DefaultValue List<Host> hosts,
      @DefaultValue("1s") Duration probeAfter,
      @DefaultValue("true") boolean replayIdempotentWrites) {}

  /**
   * Servers with a way of their own.
   *
   * @param host Their host as in the URL, with or without a port, or all of a domain, for example
   *     '*.example.com'.
   * @param path The way to them, as in holdfast.http.path.
   */
  public record Host(@Nullable String host, @Nullable String path) {}
}
