package dev.holdfast.pool;

import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.ToIntFunction;

/**
 * Which connections there are, and how many may be: total = connecting + live, at most max unless
 * max was lowered while more were lent. Changes are made under a lock that is never held across
 * anything that blocks; borrowers read the array that was published last.
 */
final class Roster<C> {

  @SuppressWarnings({"unchecked", "rawtypes"})
  private final Slot<C>[] none = new Slot[0];

  private final ReentrantLock changing = new ReentrantLock();
  private int max;
  private int connecting;
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
   * @param live all others
   */
  record Count(int max, int connecting, int live) {
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
      return new Count(max, connecting, live.length);
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
      int free = closed ? 0 : max - connecting - live.length;
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
      boolean free = !closed && max - connecting - live.length > 0;
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
   * @return false if the pool was closed: then the place is free again
   */
  boolean add(Slot<C> slot) {
    changing.lock();
    try {
      connecting--;
      if (closed) {
        publish(live);
        return false;
      }
      Slot<C>[] more = Arrays.copyOf(live, live.length + 1);
      more[live.length] = slot;
      publish(more);
      return true;
    } finally {
      changing.unlock();
    }
  }

  /** A closed connection's place is free again. */
  void remove(Slot<C> slot) {
    changing.lock();
    try {
      Slot<C>[] old = live;
      int at = Arrays.asList(old).indexOf(slot);
      if (at >= 0) {
        Slot<C>[] less = Arrays.copyOf(old, old.length - 1);
        System.arraycopy(old, at + 1, less, at, old.length - at - 1);
        publish(less);
      }
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

  private void publish(Slot<C>[] slots) {
    live = slots;
    room = Math.max(0, max - connecting - slots.length);
    lendable = suspended || closed ? none : slots;
  }
}
