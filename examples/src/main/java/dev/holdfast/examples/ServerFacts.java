package dev.holdfast.examples;

import java.time.Duration;
import java.util.Optional;

/**
 * What a server tells of its own limits, where it may.
 *
 * @param protocol {@code redis}, {@code http} or {@code unknown}
 * @param idleTimeout its idle timeout; zero for none; empty if it does not say
 * @param keepAlive its own TCP keepalive period; zero for none; empty if it does not say
 * @param advertised the idle timeout it announces with its answers
 * @param silence why it does not say; empty if it does
 */
record ServerFacts(
    String protocol,
    Optional<Duration> idleTimeout,
    Optional<Duration> keepAlive,
    Optional<Duration> advertised,
    String silence) {

  static ServerFacts unknown(String why) {
    return new ServerFacts("unknown", Optional.empty(), Optional.empty(), Optional.empty(), why);
  }
}
