package dev.holdfast.lab.kernel;

import com.sun.jna.LastErrorException;
import java.nio.file.Path;
import java.time.Instant;
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

  private final PacketSocket socket;
  private final Thread thread;
  private final List<Segment> segments = new ArrayList<>();
  private volatile @Nullable Instant end;
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

  private void read() {
    byte[] frame = new byte[KEPT];
    try {
      while (true) {
        Instant last = end;
        boolean silent = socket.receive(frame) == 0;
        if (silent && last != null) {
          return; // what passed before the end was asked for is in the socket's queue
        }
        if (!silent) {
          Instant passed = socket.passedAt();
          if (last != null && passed.isAfter(last)) {
            return; // an interface in use never falls silent
          }
          add(Segment.parse(frame, passed));
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
    if (end != null) {
      return;
    }
    end = Instant.now();
    Threads.join(thread);
    int lost = socket.lost();
    socket.close();
    if (failure != null) {
      throw new IllegalStateException("the capture ended early", failure);
    }
    if (lost > 0) {
      throw new IllegalStateException("the capture misses %d frames".formatted(lost));
    }
  }
}
