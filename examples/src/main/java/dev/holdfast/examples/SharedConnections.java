package dev.holdfast.examples;

import io.lettuce.core.api.StatefulRedisConnection;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;

/** A pool as many programs have one: a few connections for all, opened anew when found closed. */
final class SharedConnections {

  private final Supplier<StatefulRedisConnection<String, String>> connect;
  private final AtomicReferenceArray<StatefulRedisConnection<String, String>> connections;
  private final AtomicInteger turn = new AtomicInteger();

  SharedConnections(int size, Supplier<StatefulRedisConnection<String, String>> connect) {
    this.connect = connect;
    this.connections = new AtomicReferenceArray<>(size);
  }

  /** One of the connections, open a moment ago. */
  StatefulRedisConnection<String, String> next() {
    int slot = Math.floorMod(turn.getAndIncrement(), connections.length());
    StatefulRedisConnection<String, String> kept = connections.get(slot);
    return kept != null && kept.isOpen() ? kept : opened(slot);
  }

  private synchronized StatefulRedisConnection<String, String> opened(int slot) {
    StatefulRedisConnection<String, String> kept = connections.get(slot);
    if (kept == null || !kept.isOpen()) {
      kept = connect.get();
      connections.set(slot, kept);
    }
    return kept;
  }
}
