package dev.holdfast.examples;

import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * One connection for all threads.
 *
 * @param connection the connection
 * @param causes where connections given up are counted
 * @param safeAge see {@link Contender.Session#safeAge()}
 * @param shutdown closes the client and what belongs to it
 */
record ClientSession(
    StatefulRedisConnection<String, String> connection,
    Map<String, Long> causes,
    Optional<Duration> safeAge,
    Runnable shutdown)
    implements Contender.Session {

  @Override
  public RedisCommands<String, String> commands() {
    return connection.sync();
  }

  @Override
  public Map<String, Long> diagnoses() {
    return Map.copyOf(causes);
  }

  @Override
  public void close() {
    shutdown.run();
  }
}
