package dev.holdfast.internal.socket;

import java.io.IOException;
import java.lang.ref.PhantomReference;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Closes the sockets that their users have dropped without closing them, as the JDK does with its
 * own: once they were collected, at the guard's next connect. Until then the guard's watch keeps
 * the socket underneath. Thread-safe.
 */
final class DroppedSockets {

  private final ReferenceQueue<GuardedSocket> dropped = new ReferenceQueue<>();
  private final Set<Kept> kept = ConcurrentHashMap.newKeySet();

  /** What is known of a socket without keeping it. */
  static final class Kept extends PhantomReference<GuardedSocket> {

    private final OpenSocket up;

    private Kept(GuardedSocket socket, OpenSocket up, ReferenceQueue<GuardedSocket> dropped) {
      super(socket, dropped);
      this.up = up;
    }
  }

  /** A socket is connected. */
  Kept add(GuardedSocket socket, OpenSocket up) {
    Kept one = new Kept(socket, up, dropped);
    kept.add(one);
    return one;
  }

  /** Its user has closed it. */
  void remove(Kept closed) {
    kept.remove(closed);
  }

  /** Closes those that were collected. */
  void close() {
    Reference<? extends GuardedSocket> next = dropped.poll();
    while (next != null) {
      if (next instanceof Kept one && kept.remove(one)) {
        end(one.up);
      }
      next = dropped.poll();
    }
  }

  private static void end(OpenSocket up) {
    up.end().ends(false);
    try {
      up.base().close();
    } catch (IOException unheard) {
      // nobody is left to hear it
    }
  }
}
