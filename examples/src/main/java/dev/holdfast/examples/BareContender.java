package dev.holdfast.examples;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** Lettuce as it comes. */
final class BareContender implements Contender {
  @Override
  public String mode() {
    return "bare";
  }

  @Override
  public Session open(Scenario scenario, int port) {
    RedisClient client = RedisClient.create(Contender.uri(port));
    StatefulRedisConnection<String, String> connection = client.connect();
    return new Session() {
      @Override
      public RedisCommands<String, String> commands() {
        return connection.sync();
      }

      @Override
      public Map<String, Long> diagnoses() {
        return Map.of();
      }

      @Override
      public Optional<Duration> safeAge() {
        return Optional.empty();
      }

      @Override
      public void close() {
        client.shutdown(Duration.ZERO, COMMAND_TIMEOUT);
      }
    };
  }
}
