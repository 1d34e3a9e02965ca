package dev.holdfast.examples;

import io.lettuce.core.RedisURI;
import io.lettuce.core.api.sync.RedisCommands;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** One way to set up the client; everything else in a run is the same. */
interface Contender {
  /** Both contenders', so that a bare call on a silent path ends within the run. */
  Duration COMMAND_TIMEOUT = Duration.ofSeconds(2);

  /** {@code bare} or {@code guarded}. */
  String mode();

  /** Connects through the middlebox of the scenario. */
  Session open(Scenario scenario, int port);

  /** A connected client with one connection for all threads. */
  interface Session extends AutoCloseable {
    RedisCommands<String, String> commands();

    /** Connections given up so far, by cause. */
    Map<String, Long> diagnoses();

    /** Past which idle age this client gives a connection up of its own accord, if it does. */
    Optional<Duration> safeAge();

    @Override
    void close();
  }

  static RedisURI uri(int port) {
    return RedisURI.builder()
        .withHost("127.0.0.1")
        .withPort(port)
        .withTimeout(COMMAND_TIMEOUT)
        .build();
  }
}
