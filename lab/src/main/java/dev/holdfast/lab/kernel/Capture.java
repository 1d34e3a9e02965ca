package dev.holdfast.lab.kernel;

import com.sun.jna.LastErrorException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The TCP segments that pass an interface, of both directions, from the capture's start to its
 * {@link #close()}: all of them, in their order. Thread-safe.
 */
public final class Capture implements AutoCloseable {

  /** Headers only: 60 bytes each of IPv4 and TCP at most. */
  private static final int KEPT = PacketSocket.OFFLOADS + PacketSocket.ETHERNET + 60 + 60;

  private static final int UNTIL_TOLD = -1;

  private final PacketSocket socket;
  private final Thread thread;
  private final List<Segment> segments = new ArrayList<>();
  private volatile int framesToRead = UNTIL_TOLD;
  private volatile @Nullable LastErrorException failure;

  Capture(@Nullable Path namespace, String networkInterface) {
    this.socket = PacketSocket.bothWays(namespace, networkInterface);
    socket.stamp();
    this.thread = new Thread(this::read, "holdfast-lab-capture-" + networkInterface);
    thread.setDaemon(true);
    thread.start();
  }

  /**
   * What has been read until now; complete after {@link #close()}.
   *
   * @return a copy
   */
  public List<Segment> segments() {
    synchronized (segments) {
      return List.copyOf(segments);
    }
  }

  /**
   * To the frame that was the last when the end was asked for. The kernel's count tells, not the
   * frames' times: it begins to stamp them some time after it was asked to ({@code
   * net_enable_timestamp}), and until then they bear the time at which they are read.
   */
  private void read() {
    byte[] frame = new byte[KEPT];
    try {
      int frames = 0;
      while (framesToRead == UNTIL_TOLD || frames < framesToRead) {
        if (socket.receive(frame) > 0) {
          frames++;
          add(Segment.parse(frame, socket.passedAt()));
        }
      }
    } catch (LastErrorException e) {
      failure = e;
    }
  }

  private void add(@Nullable Segment segment) {
    if (segment != null) {
      synchronized (segments) {
        segments.add(segment);
      }
    }
  }

  /**
   * Reads what has passed so far, and ends.
   *
   * @throws IllegalStateException if segments are missing because this machine could not keep up
   */
  @Override
  public synchronized void close() {
    if (framesToRead != UNTIL_TOLD) {
      return;
    }
    PacketSocket.Passed passed = socket.passed();
    framesToRead = passed.frames() - passed.lost();
    Threads.join(thread);
    socket.close();
    if (failure != null) {
      throw new IllegalStateException("the capture ended early", failure);
    }
    if (passed.lost() > 0) {
      throw new IllegalStateException("the capture misses %d frames".formatted(passed.lost()));
    }
  }
}
