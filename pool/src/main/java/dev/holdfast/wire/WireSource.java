package dev.holdfast.wire;

import java.util.Locale;

/** Where the kernel's view of a connection comes from. */
public enum WireSource {
  /** {@code getsockopt(TCP_INFO)} through Netty's native epoll transport. */
  EPOLL,
  /**
   * No view: the transport is NIO, io_uring or kqueue, or the native library is missing. Idle age,
   * pings and close events still protect; a slow server cannot be told from a silent path.
   */
  NONE;

  /**
   * The value for meter tags.
   *
   * @return the constant's name in lower case
   */
  public String tag() {
    return name().toLowerCase(Locale.ROOT);
  }
}
