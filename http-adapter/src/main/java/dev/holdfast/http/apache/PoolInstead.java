package dev.holdfast.http.apache;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Where a call goes that was not sent because no new connection was to be had, as while a server is
 * drained: to those that the pool still holds, one after the other. Confined to the call's thread.
 */
final class PoolInstead {

  private @Nullable GuardedConnection dialled;
  private @Nullable IOException failure;
  private int left;
  private boolean next;

  /**
   * Whether a dial of this call has failed: from then on it takes what the pool holds, if that
   * passes the check of any reuse.
   */
  boolean isWanted() {
    return failure != null;
  }

  /** Another attempt begins: what the latest was about to dial is closed. */
  void begins() {
    dialled = null;
  }

  /** This connection is about to be dialled in the place of one that is open. */
  void dialsInPlace(GuardedConnection connection) {
    dialled = connection;
  }

  /**
   * Before a dial: spares a call that was refused another dial while the pool holds connections.
   *
   * @param idle how many connections of the route the pool holds
   * @throws IOException the failure of the first dial
   */
  void beforeDial(int idle) throws IOException {
    IOException known = failure;
    if (known != null && idle > 0 && left > 0) {
      moves();
      throw known;
    }
  }

  /**
   * One of the dials of a connect has failed.
   *
   * @return whether its socket is closed: a connection dialled in the place of another stays
   */
  boolean dialFailed() {
    GuardedConnection mine = dialled;
    if (mine != null) {
      mine.dialFailed();
    }
    return mine != null;
  }

  /** A dial has succeeded: the connection in whose place it was made is not needed. */
  void connected() {
    GuardedConnection mine = dialled;
    dialled = null;
    if (mine != null) {
      mine.dropSetAside();
    }
  }

  /**
   * A dial has failed.
   *
   * @param idle how many connections of the route the pool holds
   * @return whether the dialled connection is open again, as it was before
   */
  boolean failed(IOException why, int idle) {
    GuardedConnection mine = dialled;
    dialled = null;
    boolean restored = mine != null && mine.restore();
    int held = idle + (restored ? 1 : 0);
    if (failure == null) {
      failure = why;
      left = held;
    }
    if (held > 0 && left > 0) {
      moves();
    }
    return restored;
  }

  private void moves() {
    left--;
    next = true;
  }

  /** Whether the attempt that has just failed is to be followed by one from the pool; once. */
  boolean take() {
    boolean taken = next;
    next = false;
    return taken;
  }
}
