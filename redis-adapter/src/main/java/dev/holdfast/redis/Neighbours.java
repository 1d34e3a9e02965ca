package dev.holdfast.redis;

import dev.holdfast.diagnosis.SiblingRule.Suspicion;
import dev.holdfast.diagnosis.Siblings;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What connections to one address learn from each other: who died when, who was proved when, and
 * who is suspect. Bounded. Thread-safe; nothing here runs for every call.
 */
final class Neighbours {

  /** Deaths this close together have one cause. */
  static final Duration TOGETHER = Duration.ofSeconds(1);

  /** More addresses than any cluster has. */
  private static final int MOST_ADDRESSES = 1_024;

  /** Enough to see a crowd. */
  private static final int MOST_EVENTS = 64;

  /** A death, or a proof, of a connection idle for so long. */
  private record Event(long atNanos, Duration idle) {}

  private static final class Neighbourhood {
    private final Deque<Event> deaths = new ArrayDeque<>();
    private final Deque<Event> proofs = new ArrayDeque<>();
    private @Nullable Suspicion suspicion;
  }

  private final Map<SocketAddress, Neighbourhood> byAddress =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<SocketAddress, Neighbourhood> eldest) {
          return size() > MOST_ADDRESSES;
        }
      };

  private Neighbourhood at(SocketAddress address) {
    return byAddress.computeIfAbsent(address, first -> new Neighbourhood());
  }

  synchronized void died(SocketAddress address, long nowNanos, Duration idle) {
    add(at(address).deaths, new Event(nowNanos, idle));
  }

  /** An idle connection was used with success. */
  synchronized void proved(SocketAddress address, long nowNanos, Duration idle) {
    add(at(address).proofs, new Event(nowNanos, idle));
  }

  private static void add(Deque<Event> events, Event event) {
    if (events.size() == MOST_EVENTS) {
      events.removeFirst();
    }
    events.addLast(event);
  }

  /** The siblings of one that died, itself already noted. */
  synchronized Siblings around(SocketAddress address, long diedAtNanos, Duration idle) {
    Neighbourhood here = at(address);
    List<Duration> others =
        here.deaths.stream()
            .filter(death -> death.atNanos() != diedAtNanos)
            .filter(death -> Math.abs(death.atNanos() - diedAtNanos) <= TOGETHER.toNanos())
            .map(Event::idle)
            .toList();
    long alive =
        here.proofs.stream()
            .filter(proof -> proof.atNanos() - diedAtNanos > 0)
            .filter(proof -> proof.idle().compareTo(idle) >= 0)
            .count();
    return Siblings.of(idle, others, (int) alive);
  }

  synchronized void suspect(SocketAddress address, Suspicion suspicion) {
    at(address).suspicion = suspicion;
  }

  synchronized boolean suspects(SocketAddress address, long lastPayloadNanos) {
    Neighbourhood here = byAddress.get(address);
    return here != null && here.suspicion != null && here.suspicion.covers(lastPayloadNanos);
  }
}
