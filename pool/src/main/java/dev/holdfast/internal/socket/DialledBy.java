package dev.holdfast.internal.socket;

import org.jspecify.annotations.Nullable;

/**
 * By what name one connection was dialled, and whether that name has left its address. Thread-safe.
 */
public final class DialledBy {

  private final DialledNames names;
  private volatile @Nullable DialledName name;
  private volatile boolean left;

  /**
   * By no name yet.
   *
   * @param names of the guard
   */
  public DialledBy(DialledNames names) {
    this.names = names;
  }

  /**
   * It was dialled by a name, which is watched from now on.
   *
   * @param host the name
   */
  public void is(DialledName host) {
    name = host;
    names.connected(host);
  }

  /**
   * A name has left an address: perhaps its own, and then the connection carries no further call.
   *
   * @param gone the name with the address
   * @return whether it is this one's
   */
  public boolean leaveIf(DialledName gone) {
    if (!gone.equals(name)) {
      return false;
    }
    left = true;
    return true;
  }

  /**
   * Whether the name does not lead to the address any more.
   *
   * @return as of the latest look
   */
  public boolean left() {
    return left;
  }

  /** The name leads where no connection is to be had: this one is used until the next look. */
  public void stays() {
    DialledName host = name;
    if (left && host != null) {
      left = false;
      names.connected(host);
    }
  }
}
