package dev.holdfast.internal.wire;

import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The number under which this process holds a socket, and the socket's cookie: the kernel gives
 * each socket one of its own and never gives it again ({@code SO_COOKIE}, since Linux 4.12). The
 * number is another's as soon as the socket is closed, the cookie tells. Not thread-safe.
 */
final class Descriptor {

  private static final int SOL_SOCKET = 1;
  private static final int SO_COOKIE = 57;

  private final Socket handle;
  private final ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.nativeOrder());
  private final long cookie;

  /**
   * @throws IOException if there is no socket of that number
   */
  Descriptor(int number) throws IOException {
    this.handle = new Socket(number);
    this.cookie = readCookie(handle);
  }

  /** For readings only: between a look at the cookie and a call it may become another's. */
  Socket handle() {
    return handle;
  }

  int number() {
    return handle.intValue();
  }

  /**
   * Whether the number still is the same socket's. A socket that is gone does not come back: what
   * was read before this call was read from it.
   */
  boolean isStill() {
    return isThatOf(handle);
  }

  /** Whether a handle, whatever its number, is the same socket's. */
  boolean isThatOf(Socket other) {
    try {
      return readCookie(other) == cookie;
    } catch (IOException closed) {
      return false;
    }
  }

  private long readCookie(Socket from) throws IOException {
    bytes.clear();
    from.getRawOpt(SOL_SOCKET, SO_COOKIE, bytes);
    return bytes.getLong(0);
  }
}
