package dev.holdfast.lab.kernel;

import com.sun.jna.LastErrorException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Carries every frame between two interfaces and keeps it for a while, in the order of arrival: a
 * frame overtakes none that was sent when the cable was longer.
 *
 * <p>Frames are kept here because the kernel that has to be served may lack a queueing discipline
 * that delays (netem).
 */
final class DelayedCable implements AutoCloseable {

  private static final long IDLE_MILLIS = 100;

  private final PacketSocket left;
  private final PacketSocket right;
  private final Thread[] threads;
  private volatile long delayNanos;
  private volatile boolean closed;

  private static final class Frame {
    final byte[] bytes;
    final long dueNanos;

    Frame(byte[] bytes, long dueNanos) {
      this.bytes = bytes;
      this.dueNanos = dueNanos;
    }
  }

  /**
   * @param left an interface of this JVM's namespace
   * @param right another
   * @throws LastErrorException if the kernel refuses
   */
  DelayedCable(String left, String right) {
    this.left = new PacketSocket(left);
    try {
      this.right = new PacketSocket(right);
    } catch (LastErrorException e) {
      this.left.close();
      throw e;
    }
    LinkedBlockingQueue<Frame> toRight = new LinkedBlockingQueue<>();
    LinkedBlockingQueue<Frame> toLeft = new LinkedBlockingQueue<>();
    this.threads =
        new Thread[] {
          thread("in-left", () -> take(this.left, toRight)),
          thread("out-right", () -> put(toRight, this.right)),
          thread("in-right", () -> take(this.right, toLeft)),
          thread("out-left", () -> put(toLeft, this.left)),
        };
    for (Thread thread : threads) {
      thread.start();
    }
  }

  /** Delays every frame from now on. */
  void delay(Duration oneWay) {
    delayNanos = oneWay.toNanos();
  }

  private void take(PacketSocket from, LinkedBlockingQueue<Frame> queue) {
    byte[] buffer = new byte[PacketSocket.MOST_BYTES];
    while (!closed) {
      int length = from.receive(buffer);
      if (length > 0) {
        queue.add(new Frame(Arrays.copyOf(buffer, length), System.nanoTime() + delayNanos));
      }
    }
  }

  private void put(LinkedBlockingQueue<Frame> queue, PacketSocket to) {
    while (!closed) {
      Frame frame = next(queue);
      if (frame == null) {
        continue;
      }
      for (long wait = leftOf(frame); wait > 0 && !closed; wait = leftOf(frame)) {
        LockSupport.parkNanos(Math.min(wait, TimeUnit.MILLISECONDS.toNanos(IDLE_MILLIS)));
      }
      to.send(frame.bytes);
    }
  }

  private static long leftOf(Frame frame) {
    return frame.dueNanos - System.nanoTime();
  }

  private static @Nullable Frame next(LinkedBlockingQueue<Frame> queue) {
    try {
      return queue.poll(IDLE_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException nobodyDoes) {
      return null;
    }
  }

  private static Thread thread(String role, Runnable work) {
    Thread thread = new Thread(work, "holdfast-lab-cable-" + role);
    thread.setDaemon(true);
    return thread;
  }

  /** Loses what is on its way. */
  @Override
  public void close() {
    closed = true;
    Threads.join(threads);
    left.close();
    right.close();
  }
}
