package dev.holdfast.pool;

import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.ToIntFunction;

/**
 * Which connections there are, and how many may be: connecting + live + closing, at most max unless
 * max was lowered while more were lent, or a dial that was given up connected all the same. A
 * connection keeps its place until its close has returned. Changes are made under a lock that is
 * never held across anything that blocks; borrowers read the array that was published last.
 */
final class Roster<C> {

  @SuppressWarnings({"unchecked", "rawtypes"})
  private final Slot<C>[] none = new Slot[0];

  private final ReentrantLock changing = new ReentrantLock();
  private int max;
  private int connecting;
  private int closing;
  private long lentByClosed;
  private long usedByClosed;
  private volatile boolean suspended;
  private volatile boolean closed;
  private volatile int room;
  private volatile Slot<C>[] live = none;
  private volatile Slot<C>[] lendable = none;

  /**
   * A moment's counts.
   *
   * @param max the most there may be
   * @param connecting dials under way
   * @param live all others that are open
   * @param closing those whose close has not returned
   */
  record Count(int max, int connecting, int live, int closing) {
    int total() {
      return connecting + live;
    }
  }

  Roster(int max) {
    this.max = max;
    this.room = max;
  }

  /** Places without a connection or a dial, as of the last change. */
  int room() {
    return room;
  }

  /** Every connection that is not closed. Not to be changed. */
  Slot<C>[] live() {
    return live;
  }

  /** As {@link #live()}; empty while nothing may be lent. Not to be changed. */
  Slot<C>[] lendable() {
    return lendable;
  }

  Count count() {
    changing.lock();
    try {
      return new Count(max, connecting, live.length, closing);
    } finally {
      changing.unlock();
    }
  }

  /**
   * Reserves places for dials.
   *
   * @param wanted tells, of the connections there are, how many dials there should be, those under
   *     way included; asked under the lock, or a dial that ends meanwhile would count for nothing
   * @param atOnce the most dials at a time
   * @return how many to begin
   */
  int reserve(ToIntFunction<Slot<C>[]> wanted, int atOnce) {
    changing.lock();
    try {
      int free = closed ? 0 : unused(live);
      int most = Math.min(wanted.applyAsInt(live), atOnce);
      int begin = Math.max(0, Math.min(free, most - connecting));
      connecting += begin;
      publish(live);
      return begin;
    } finally {
      changing.unlock();
    }
  }

  /**
   * Reserves a place for one dial more.
   *
   * @return false if there is none
   */
  boolean reserveOne() {
    changing.lock();
    try {
      boolean free = !closed && unused(live) > 0;
      connecting += free ? 1 : 0;
      publish(live);
      return free;
    } finally {
      changing.unlock();
    }
  }

  /** A dial that came to nothing gives its place back. */
  void failed() {
    changing.lock();
    try {
      connecting--;
      publish(live);
    } finally {
      changing.unlock();
    }
  }

  /**
   * A dial's place becomes a connection's.
   *
   * @return false if the pool was closed: then the connection is to be closed, as {@link #remove}
   */
  boolean add(Slot<C> slot) {
    changing.lock();
    try {
      if (closed) {
        connecting--;
        closing++;
        publish(live);
        return false;
      }
      Slot<C>[] more = Arrays.copyOf(live, live.length + 1);
      more[live.length] = slot;
      connecting--;
      publish(more);
      return true;
    } finally {
      changing.unlock();
    }
  }

  /** A connection is about to be closed; it keeps its place until {@link #closeEnded}. */
  void remove(Slot<C> slot) {
    changing.lock();
    try {
      Slot<C>[] old = live;
      int at = Arrays.asList(old).indexOf(slot);
      if (at >= 0) {
        Slot<C>[] less = Arrays.copyOf(old, old.length - 1);
        System.arraycopy(old, at + 1, less, at, old.length - at - 1);
        closing++;
        lentByClosed += StateWord.lease(slot.word);
        usedByClosed += slot.usedNanos();
        publish(less);
      }
    } finally {
      changing.unlock();
    }
  }

  /** How many leases there have been: each connection counts its own. */
  long lent() {
    changing.lock();
    try {
      long lent = lentByClosed;
      for (Slot<C> slot : live) {
        lent += StateWord.lease(slot.word);
      }
      return lent;
    } finally {
      changing.unlock();
    }
  }

  /** How long all leases took that were returned. */
  long usedNanos() {
    changing.lock();
    try {
      long used = usedByClosed;
      for (Slot<C> slot : live) {
        used += slot.usedNanos();
      }
      return used;
    } finally {
      changing.unlock();
    }
  }

  /** A connection nobody waits for any more is about to be closed: it holds a place until then. */
  void late() {
    changing.lock();
    try {
      closing++;
      publish(live);
    } finally {
      changing.unlock();
    }
  }

  /** The place of a connection that is closed is free again. */
  void closeEnded() {
    changing.lock();
    try {
      closing--;
      publish(live);
    } finally {
      changing.unlock();
    }
  }

  /** Whether the pool is closed and nothing of it is open or being dialled. */
  boolean over() {
    changing.lock();
    try {
      return closed && connecting + live.length + closing == 0;
    } finally {
      changing.unlock();
    }
  }

  /**
   * Changes the most there may be.
   *
   * @return those beyond it, the youngest, to be retired
   */
  Slot<C>[] resize(int most) {
    changing.lock();
    try {
      max = most;
      publish(live);
      int beyond = Math.min(live.length, Math.max(0, live.length + connecting - most));
      return Arrays.copyOfRange(live, live.length - beyond, live.length);
    } finally {
      changing.unlock();
    }
  }

  void suspend(boolean on) {
    changing.lock();
    try {
      suspended = on;
      publish(live);
    } finally {
      changing.unlock();
    }
  }

  boolean suspended() {
    return suspended;
  }

  /**
   * From now on nothing is lent and nothing is added.
   *
   * @return false if that was so before
   */
  boolean close() {
    changing.lock();
    try {
      boolean first = !closed;
      closed = true;
      publish(live);
      return first;
    } finally {
      changing.unlock();
    }
  }

  boolean closed() {
    return closed;
  }

  private int unused(Slot<C>[] slots) {
    return max - connecting - slots.length - closing;
  }

  private void publish(Slot<C>[] slots) {
    live = slots;
    room = Math.max(0, unused(slots));
    lendable = suspended || closed ? none : slots;
  }
}
