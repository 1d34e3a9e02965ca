package dev.holdfast.internal.dial;

import dev.holdfast.dial.ConnectReport;
import dev.holdfast.gate.ConnectGate;
import dev.holdfast.internal.metrics.Guarded;
import dev.holdfast.internal.retry.RetryBudgets;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * What all connects of one client share: what is known of their paths, what redials may cost, whose
 * source address it is, and who hears of them. Thread-safe.
 */
final class SharedDials {

  private final RedialSettings settings;
  private final ConnectListener listener;
  private final ConnectGate gate;
  private final RttMemory memory = new RttMemory();
  private final RetryBudgets budgets;
  private final AtomicInteger turn = new AtomicInteger();

  SharedDials(
      RedialSettings settings, ConnectListener listener, ConnectGate gate, RetryBudgets budgets) {
    this.settings = settings;
    this.listener = listener;
    this.gate = gate;
    this.budgets = budgets;
  }

  RedialSettings settings() {
    return settings;
  }

  ConnectGate gate() {
    return gate;
  }

  /** Whether a dial may be repeated because it reached the wrong server. */
  boolean balanced() {
    return settings.balanced() && settings.redials() > 0;
  }

  /** The book of a connect that begins now. */
  DialTally tally(SocketAddress remote, long timeoutNanos) {
    return new DialTally(
        RedialSchedule.of(timeoutNanos, memory.srtt(remote), settings.redials()),
        budgets.of(remote),
        balanced());
  }

  void learn(SocketAddress remote, long rttNanos) {
    memory.learn(remote, rttNanos);
  }

  /** The next source address in turn that can reach a remote address; null for any. */
  @Nullable InetAddress source(InetSocketAddress remote) {
    List<InetAddress> all = settings.sourceAddresses();
    for (int i = 0; i < all.size(); i++) {
      InetAddress next = all.get(Math.floorMod(turn.getAndIncrement(), all.size()));
      if (remote.isUnresolved() || next.getClass() == remote.getAddress().getClass()) {
        return next;
      }
    }
    return null;
  }

  void begins() {
    tell(listener::begins);
  }

  void report(ConnectReport report) {
    tell(() -> listener.ended(report));
  }

  private static void tell(Runnable call) {
    Guarded.run("a connect listener", call);
  }
}
