package dev.holdfast.pool;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * What a borrow and a return touch, on cache lines of its own: neighbours on one line cost 1.6 to
 * 1.9 times the CPU at 32 threads on 8 connections. Fields of a superclass lie before those of its
 * subclasses (HotSpot's layout since JDK 15), and 128 bytes keep the adjacent-line prefetcher out.
 */
final class PaddedState {

  private PaddedState() {}

  /** Space before. */
  abstract static class Before {
    long b01;
    long b02;
    long b03;
    long b04;
    long b05;
    long b06;
    long b07;
    long b08;
    long b09;
    long b10;
    long b11;
    long b12;
    long b13;
    long b14;
  }

  /**
   * The state word; the rest is written by the owner of the phase before the word is, and read by
   * others after it. Times are the {@link Ticker}'s.
   */
  abstract static class Hot extends Before {
    private static final VarHandle WORD = wordHandle();

    volatile long word = StateWord.CONNECTING;

    private static VarHandle wordHandle() {
      try {
        return MethodHandles.lookup().findVarHandle(Hot.class, "word", long.class);
      } catch (ReflectiveOperationException e) {
        throw new ExceptionInInitializerError(e);
      }
    }

    final boolean cas(long seen, long next) {
      return WORD.compareAndSet(this, seen, next);
    }

    /** Until when it is lent to whoever finds it first. */
    long youngUntil;

    /** Until when it is lent at all. */
    long lendUntil;

    /** Its last known traffic. */
    long lastUse;

    long leasedAt;

    /** The word of the last lease there may be. */
    long lastLease;

    long retireAt;
  }

  /** Space behind. */
  abstract static class After extends Hot {
    long a01;
    long a02;
    long a03;
    long a04;
    long a05;
    long a06;
    long a07;
    long a08;
    long a09;
    long a10;
    long a11;
    long a12;
    long a13;
    long a14;
  }
}
