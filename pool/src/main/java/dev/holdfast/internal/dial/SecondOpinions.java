package dev.holdfast.internal.dial;

import dev.holdfast.gate.ConnectGate;
import dev.holdfast.internal.bounded.LruMap;
import dev.holdfast.internal.wire.Opinion;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;

/**
 * Fresh connections to endpoints of which a flow is in doubt: one at a time for each endpoint,
 * tried for as long as somebody asks, and for all flows of the endpoint. They pass the gate, so
 * their ports are booked, and tell it nothing else: they are nobody's connects. None is kept: the
 * clients take no socket that they did not open. Thread-safe, never blocks.
 */
public final class SecondOpinions implements AutoCloseable {

  /** The wait before a dial that is not answered is made again; it doubles up to {@link #LAST}. */
  static final Duration FIRST = Duration.ofMillis(300);

  /** Linux repeats a SYN after a second. */
  static final Duration LAST = Duration.ofMillis(1_200);

  private static final int MOST_ENDPOINTS = 1_024;

  /**
   * Of flows from one address of this host: those from another one take another path.
   *
   * @param local null where the kernel chooses it
   */
  private record Endpoint(
      SocketAddress remote, @Nullable InetAddress local, @Nullable FirstReply question) {}

  private final ConnectGate gate;
  private final LruMap<Endpoint, EndpointOpinion> endpoints = new LruMap<>(MOST_ENDPOINTS);
  private boolean closed;

  /**
   * Nobody has been asked yet.
   *
   * @param gate for all connects of the guard
   */
  public SecondOpinions(ConnectGate gate) {
    this.gate = gate;
  }

  /**
   * What is known, and has a fresh connection tried if that is too old.
   *
   * @param remote the endpoint of the doubted flow
   * @param local that flow's own address, which the fresh connection is made from too; null if it
   *     is not known
   * @param question for the server itself, always the same object; null where the answer of its
   *     kernel will do. A server that hangs up on it was heard as well
   * @param on where the dial is looked after; what it runs is short
   * @param sinceNanos see {@link dev.holdfast.internal.wire.SecondOpinion#ask}
   * @return what is known at this moment
   */
  public Opinion ask(
      SocketAddress remote,
      @Nullable SocketAddress local,
      @Nullable FirstReply question,
      ScheduledExecutorService on,
      long sinceNanos) {
    EndpointOpinion opinion = at(remote, local, question);
    return opinion == null
        ? new Opinion.Unanswered(System.nanoTime())
        : opinion.ask(on, sinceNanos);
  }

  private @Nullable EndpointOpinion at(
      SocketAddress remote, @Nullable SocketAddress local, @Nullable FirstReply question) {
    if (!(remote instanceof InetSocketAddress to)) {
      return null;
    }
    InetAddress from = local instanceof InetSocketAddress own ? own.getAddress() : null;
    synchronized (endpoints) {
      return closed
          ? null
          : endpoints.computeIfAbsent(
              new Endpoint(remote, from, question),
              first -> new EndpointOpinion(gate, to, from, question));
    }
  }

  /** Ends what is under way; nobody is asked from now on. */
  @Override
  public void close() {
    List<EndpointOpinion> all;
    synchronized (endpoints) {
      closed = true;
      all = new ArrayList<>(endpoints.values());
      endpoints.clear();
    }
    all.forEach(EndpointOpinion::close);
  }
}
