package dev.holdfast.internal.diagnosis;

import dev.holdfast.diagnosis.SiblingRule.Suspicion;
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
public final class Neighbours {

  /** Deaths this close together have one cause. */
  public static final Duration TOGETHER = Duration.ofSeconds(1);

  /** Whether anybody was ever suspect: until then those who ask meet no lock. */
  private volatile boolean suspicious;

  /** What has moved since the latest death that made others suspect is none of them. */
  private volatile long suspectedNanos;

  /** When somebody died last, if anybody did: a proof says something only after a death. */
  private volatile long lastDeathNanos;

  private volatile boolean anyDeath;

  /** More addresses than any cluster has. */
  private static final int MOST_ADDRESSES = 1_024;

  /** From here on those of which nothing recent is known are forgotten first. */
  private static final int MANY_ADDRESSES = 256;

  /** Enough to see a crowd. */
  private static final int MOST_EVENTS = 64;

  /** Longer than any death waits for its diagnosis; what is older explains none. */
  private static final long REMEMBERED_NANOS = Duration.ofMinutes(1).toNanos();

  /** A death, or a proof, of a connection idle for so long. */
  private record Event(long atNanos, Duration idle) {}

  private static final class Neighbourhood {
    private final Deque<Event> deaths = new ArrayDeque<>(4);
    private final Deque<Event> proofs = new ArrayDeque<>(4);
    private @Nullable Suspicion suspicion;

    boolean isEmpty() {
      return deaths.isEmpty() && proofs.isEmpty() && suspicion == null;
    }

    void forget(long nowNanos) {
      deaths.removeIf(event -> nowNanos - event.atNanos() > REMEMBERED_NANOS);
      proofs.removeIf(event -> nowNanos - event.atNanos() > REMEMBERED_NANOS);
    }
  }

  private final Map<SocketAddress, Neighbourhood> byAddress =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<SocketAddress, Neighbourhood> eldest) {
          return size() > MOST_ADDRESSES;
        }
      };

  /** Nobody yet. */
  public Neighbours() {}

  private Neighbourhood at(SocketAddress address) {
    return byAddress.computeIfAbsent(address, first -> new Neighbourhood());
  }

  private Neighbourhood at(SocketAddress address, long nowNanos) {
    Neighbourhood here = byAddress.get(address);
    if (here == null && byAddress.size() >= MANY_ADDRESSES) {
      byAddress.values().forEach(one -> one.forget(nowNanos));
      byAddress.values().removeIf(Neighbourhood::isEmpty);
    }
    return at(address);
  }

  /**
   * A connection died in a way that nobody at this end chose.
   *
   * @param address where it led
   * @param nowNanos {@link System#nanoTime()}
   * @param idle how long no payload had moved
   */
  public synchronized void died(SocketAddress address, long nowNanos, Duration idle) {
    lastDeathNanos = nowNanos;
    anyDeath = true;
    add(at(address, nowNanos).deaths, new Event(nowNanos, idle));
  }

  /**
   * An idle connection was used with success. While nobody has died of late nothing is noted, and
   * no lock taken.
   *
   * @param address where it leads
   * @param nowNanos {@link System#nanoTime()}
   * @param idle how long it had been idle
   */
  public void proved(SocketAddress address, long nowNanos, Duration idle) {
    if (anyDeath && nowNanos - lastDeathNanos <= REMEMBERED_NANOS) {
      synchronized (this) {
        add(at(address, nowNanos).proofs, new Event(nowNanos, idle));
      }
    }
  }

  private static void add(Deque<Event> events, Event event) {
    while (!events.isEmpty()
        && (events.size() >= MOST_EVENTS
            || event.atNanos() - events.getFirst().atNanos() > REMEMBERED_NANOS)) {
      events.removeFirst();
    }
    events.addLast(event);
  }

  /**
   * The siblings of one that died, itself already noted.
   *
   * @param address where it led
   * @param diedAtNanos as it was noted
   * @param idle how long no payload had moved
   * @return those that died within {@link #TOGETHER}, and those proved since
   */
  public synchronized Siblings around(SocketAddress address, long diedAtNanos, Duration idle) {
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

  /**
   * Makes siblings suspect; the latest suspicion counts.
   *
   * @param address where they lead
   * @param suspicion which of them
   */
  public synchronized void suspect(SocketAddress address, Suspicion suspicion) {
    at(address).suspicion = suspicion;
    if (!suspicious || suspicion.diedAtNanos() - suspectedNanos > 0) {
      suspectedNanos = suspicion.diedAtNanos();
    }
    suspicious = true;
  }

  /**
   * Whether a sibling died in a way that a connection may share.
   *
   * @param address where it leads
   * @param lastPayloadNanos {@link System#nanoTime()} of its last payload
   * @return true if it has to be proved before it is used
   */
  public boolean suspects(SocketAddress address, long lastPayloadNanos) {
    if (!suspicious || lastPayloadNanos - suspectedNanos > 0) {
      return false;
    }
    synchronized (this) {
      Neighbourhood here = byAddress.get(address);
      return here != null && here.suspicion != null && here.suspicion.covers(lastPayloadNanos);
    }
  }
}
