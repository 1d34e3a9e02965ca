package dev.holdfast.examples;

import io.lettuce.core.RedisClient;
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
    return new ClientSession(
        client.connect(),
        Map.of(),
        Optional.empty(),
        () -> client.shutdown(Duration.ZERO, COMMAND_TIMEOUT));
  }
}
