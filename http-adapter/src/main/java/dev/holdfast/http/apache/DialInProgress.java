package dev.holdfast.http.apache;

import dev.holdfast.internal.socket.SocketDial;
import org.jspecify.annotations.Nullable;

/**
 * The dial that this thread makes: HttpClient hands a connection its socket before and after it
 * connects, and does not tell for which connect.
 */
final class DialInProgress {

  private static final ThreadLocal<@Nullable SocketDial> CURRENT = new ThreadLocal<>();

  private DialInProgress() {}

  static @Nullable SocketDial get() {
    return CURRENT.get();
  }

  static void begin(SocketDial dial) {
    CURRENT.set(dial);
  }

  static void end() {
    CURRENT.remove();
  }
}
