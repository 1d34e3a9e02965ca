package dev.holdfast.lab;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicLong;

/** One direction of a flow: bytes on their way to {@code target}. Used by the loop thread only. */
final class Pipe {
  /** Above this many bytes under way the source is not read, as a full window would have it. */
  private static final long CAPACITY = 1 << 20;

  private record Chunk(long dueNanos, ByteBuffer bytes) {}

  private enum End {
    OPEN,
    FIN_PENDING,
    FIN_SENT
  }

  private final SocketChannel target;
  private final AtomicLong delivered;
  private final ArrayDeque<Chunk> underWay = new ArrayDeque<>();
  private long bytesUnderWay;
  private End end = End.OPEN;

  Pipe(SocketChannel target, AtomicLong delivered) {
    this.target = target;
    this.delivered = delivered;
  }

  void offer(ByteBuffer bytes, long dueNanos) {
    ByteBuffer copy = ByteBuffer.allocate(bytes.remaining()).put(bytes).flip();
    bytesUnderWay += copy.remaining();
    underWay.add(new Chunk(dueNanos, copy));
  }

  /** The source closed in order: a FIN follows the bytes under way. */
  void finish() {
    if (end == End.OPEN) {
      end = End.FIN_PENDING;
    }
  }

  /**
   * Writes what is due.
   *
   * @return whether the target's send buffer is full and writability must be awaited
   */
  boolean pump(long now) throws IOException {
    for (Chunk head = underWay.peek(); head != null; head = underWay.peek()) {
      if (head.dueNanos - now > 0) {
        return false;
      }
      int written = target.write(head.bytes);
      bytesUnderWay -= written;
      delivered.addAndGet(written);
      if (head.bytes.hasRemaining()) {
        return true;
      }
      underWay.remove();
    }
    if (end == End.FIN_PENDING) {
      end = End.FIN_SENT;
      target.shutdownOutput();
    }
    return false;
  }

  boolean acceptsMore() {
    return end == End.OPEN && bytesUnderWay < CAPACITY;
  }

  boolean finished() {
    return end == End.FIN_SENT;
  }

  /** Nanoseconds until the next byte is due, or {@code Long.MAX_VALUE} with none under way. */
  long nanosToNextDue(long now) {
    Chunk head = underWay.peek();
    return head == null ? Long.MAX_VALUE : Math.max(0, head.dueNanos - now);
  }
}
