package dev.holdfast.http.reactor;

import java.time.Duration;
import reactor.core.publisher.Mono;
import reactor.netty.Connection;

/** The rest of a response that nobody wants. Stateless. */
final class Unread {

  /** Another connection costs less than to wait for a longer one. */
  private static final Duration PATIENCE = Duration.ofMillis(500);

  private Unread() {}

  /** Reads it, so that its connection can carry other requests; closed where that takes long. */
  static void discard(Connection answered) {
    answered
        .inbound()
        .receive()
        .takeUntilOther(Mono.delay(PATIENCE))
        .subscribe(part -> {}, failed -> answered.dispose());
  }
}
