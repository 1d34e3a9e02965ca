package dev.holdfast.http.reactor;

import java.net.SocketAddress;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where a lease is to lead, as the pool asked for it. A user's supplier may answer otherwise each
 * time, or count: it is asked by the pool, as without a guard, and by nobody else. Thread-safe.
 */
final class AskedAddress implements Supplier<SocketAddress> {

  private final Supplier<? extends SocketAddress> clients;
  private volatile @Nullable SocketAddress latest;

  AskedAddress(Supplier<? extends SocketAddress> clients) {
    this.clients = clients;
  }

  @Override
  public SocketAddress get() {
    SocketAddress answer = clients.get();
    latest = answer;
    return answer;
  }

  /** What the pool was told last; null before it has asked. */
  @Nullable SocketAddress latest() {
    return latest;
  }
}
