package dev.holdfast.internal.dial;

import dev.holdfast.internal.bounded.LruMap;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Where one name has led, and so which of its addresses it has left. Not thread-safe.
 *
 * <p>A move is followed by the same answer each time. A name that stands for more addresses than it
 * answers with at once gives another part of them each time, which looks like a move and is none:
 * so several answers in a row have to agree, and twice as many after each move of the last hour, as
 * a cache in between may repeat one part for a while. What such a name costs in connections is so
 * bounded by a few in an hour.
 */
final class NameHistory {

  /** Of a name with several addresses, before it has moved. */
  private static final int AGREEING = 3;

  /** A name with one address at a time is followed at once as it fails over, and once more. */
  private static final int QUICK_MOVES = 2;

  private static final int MOST_DOUBLINGS = 6;
  private static final int MOST_ADDRESSES = 512;

  private static final long HOUR_NANOS = Duration.ofHours(1).toNanos();

  /** Who fails back sooner is not told from a name that goes round. */
  private static final long ROUND_NANOS = Duration.ofMinutes(10).toNanos();

  /** Those answered or connected to latest. */
  private final Map<InetAddress, Integer> answersWithout = new LruMap<>(MOST_ADDRESSES);

  private final Map<InetAddress, Long> leftAt = new HashMap<>();
  private final Deque<Long> moves = new ArrayDeque<>();
  private Set<InetAddress> latest = Set.of();
  private int agreeing;
  private boolean oneAtATime = true;
  private boolean goesRound;

  /** A connection leads there. */
  void leadsTo(InetAddress address) {
    answersWithout.put(address, 0);
  }

  /** Whether it led there when it was looked up last, or has not been since. */
  boolean isKnown(InetAddress address) {
    return answersWithout.containsKey(address);
  }

  /**
   * It was looked up.
   *
   * @param now all its addresses
   * @param nanos when
   * @return those it has left
   */
  List<InetAddress> answered(Set<InetAddress> now, long nanos) {
    leftAt.values().removeIf(at -> nanos - at > ROUND_NANOS);
    moves.removeIf(at -> nanos - at > HOUR_NANOS);
    goesRound |= now.stream().anyMatch(leftAt::containsKey);
    oneAtATime &= now.size() == 1;
    agreeing = now.equals(latest) ? agreeing + 1 : 1;
    latest = now;
    if (goesRound) {
      return List.of();
    }
    now.forEach(this::leadsTo);
    answersWithout.replaceAll((known, count) -> now.contains(known) ? 0 : count + 1);
    return leave(enough(), nanos);
  }

  /** Whether its next answer may be enough to leave an address. */
  boolean movesAtOnce() {
    return oneAtATime && !goesRound && moves.size() < QUICK_MOVES;
  }

  private int enough() {
    if (movesAtOnce()) {
      return 1;
    }
    return AGREEING << Math.min(moves.size(), MOST_DOUBLINGS);
  }

  private List<InetAddress> leave(int enough, long nanos) {
    if (agreeing < enough) {
      return List.of();
    }
    List<InetAddress> gone = new ArrayList<>();
    answersWithout.forEach(
        (known, count) -> {
          if (count >= enough) {
            gone.add(known);
          }
        });
    for (InetAddress address : gone) {
      answersWithout.remove(address);
      leftAt.put(address, nanos);
    }
    if (!gone.isEmpty()) {
      moves.add(nanos);
    }
    return gone;
  }
}
