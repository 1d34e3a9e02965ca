package dev.holdfast.examples;

import dev.holdfast.lab.Middlebox;
import java.util.ArrayList;
import java.util.List;

/** Watches one middlebox: how long no byte has passed it, and what happened when. */
final class WireTrace implements AutoCloseable {
  private static final long PERIOD_MILLIS = 5;

  /** Shorter silences are not worth a corner in the picture. */
  private static final long SHORTEST_IDLE_NANOS = 100_000_000;

  enum Kind {
    FORGOTTEN,
    CONNECTED,
    FAILOVER
  }

  /** Something that happened, in nanoseconds since the run's start. */
  record Event(long atNanos, Kind kind) {}

  /** A time without a byte, in nanoseconds since the run's start. */
  record Silence(long fromNanos, long toNanos) {}

  private final Middlebox box;
  private final long start;
  private final List<Event> events = new ArrayList<>();
  private final List<Silence> silences = new ArrayList<>();
  private final Thread thread;
  private volatile long lastByte;
  private volatile boolean closed;

  WireTrace(Middlebox box, long start) {
    this.box = box;
    this.start = start;
    this.lastByte = System.nanoTime();
    this.thread = new Thread(this::watch, "holdfast-examples-wire");
    this.thread.setDaemon(true);
    this.thread.start();
  }

  /** How long no byte has passed, in either direction and on any flow. */
  long ageNanos() {
    return Math.max(0, System.nanoTime() - lastByte);
  }

  void failover() {
    add(new Event(System.nanoTime() - start, Kind.FAILOVER));
  }

  synchronized List<Event> events() {
    return List.copyOf(events);
  }

  synchronized List<Silence> silences() {
    return List.copyOf(silences);
  }

  private synchronized void add(Event event) {
    events.add(event);
  }

  private synchronized void endSilence(long now) {
    if (now - lastByte >= SHORTEST_IDLE_NANOS) {
      silences.add(new Silence(lastByte - start, now - start));
    }
    lastByte = now;
  }

  private void watch() {
    long bytes = 0;
    long forgotten = 0;
    long connected = 0;
    while (!closed) {
      long now = System.nanoTime();
      long bytesNow = box.bytesToServer() + box.bytesToClient() + box.bytesDropped();
      if (bytesNow != bytes) {
        endSilence(now);
      }
      if (box.flowsForgotten() != forgotten) {
        add(new Event(now - start, Kind.FORGOTTEN));
      }
      if (box.connectionsAccepted() != connected) {
        add(new Event(now - start, Kind.CONNECTED));
      }
      bytes = bytesNow;
      forgotten = box.flowsForgotten();
      connected = box.connectionsAccepted();
      try {
        Thread.sleep(PERIOD_MILLIS);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    endSilence(System.nanoTime());
  }
}
