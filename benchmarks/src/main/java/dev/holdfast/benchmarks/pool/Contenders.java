package dev.holdfast.benchmarks.pool;

import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLongArray;

/** The pools by name, each filled before it is measured. */
final class Contenders {

  private Contenders() {}

  static Contender open(String name, int size) throws Exception {
    Contender contender =
        switch (name) {
          case "holdfast" -> HoldfastContender.plain(size);
          case "holdfast-metered" -> HoldfastContender.metered(size);
          case "holdfast-recorded" -> HoldfastContender.recorded(size);
          case "none" -> Contender.NONE;
          case "limit" -> new Limit(size);
          case "limit-fenced" -> new FencedLimit(size);
          case "semaphore" -> new Bare(size);
          case "commons-pool2" -> new CommonsContender(size);
          case "hikaricp" -> new HikariContender(size);
          case "stormpot" -> new StormpotContender(size);
          case "stormpot-tap" -> StormpotContender.withTaps(size);
          case "reactor-pool" -> new ReactorPoolContender(size);
          case "vibur" -> new ViburContender(size);
          case "hc5-strict" -> HttpCoreContender.strict(size);
          case "hc5-lax" -> HttpCoreContender.lax(size);
          default -> throw new IllegalArgumentException("no contender " + name);
        };
    Object[] all = new Object[size];
    for (int i = 0; i < size; i++) {
      all[i] = contender.borrow();
    }
    for (Object one : all) {
      contender.giveBack(one);
    }
    return contender;
  }

  /** The least a slot can cost: the caller's own one, a compare-and-set, a release. */
  private static class Limit implements Contender {
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;
    private static final int PADDED = 16;

    final AtomicLongArray slots;
    private final int size;

    Limit(int size) {
      this.size = size;
      slots = new AtomicLongArray((size + 1) * PADDED);
    }

    /**
     * The caller's own slot: a hash, for the numbers of two busy threads may differ by the size.
     */
    final int own() {
      long spread = (Thread.currentThread().getId() * GOLDEN) >>> 32;
      return (int) ((spread * size) >>> 32) * PADDED + PADDED;
    }

    @Override
    public Object borrow() {
      int at = own();
      if (slots.getOpaque(at) != 0 || !slots.compareAndSet(at, 0, 1)) {
        return this;
      }
      return slots;
    }

    @Override
    public void giveBack(Object borrowed) {
      int at = own();
      if (borrowed == slots) {
        slots.setRelease(at, 0);
      }
    }

    @Override
    public void close() {}
  }

  /**
   * The same with a compare-and-set for the return: the least a slot can cost whose return tells a
   * second one from the first, sees what it was marked with, and misses nobody who waits.
   */
  private static final class FencedLimit extends Limit {
    FencedLimit(int size) {
      super(size);
    }

    @Override
    public void giveBack(Object borrowed) {
      int at = own();
      if (borrowed == slots) {
        slots.compareAndSet(at, 1, 0);
      }
    }
  }

  /** Permission only: what waiting costs at the least. */
  private static final class Bare implements Contender {
    private final Semaphore permits;

    Bare(int size) {
      permits = new Semaphore(size);
    }

    @Override
    public Object borrow() throws InterruptedException {
      permits.acquire();
      return this;
    }

    @Override
    public void giveBack(Object borrowed) {
      permits.release();
    }

    @Override
    public void close() {}
  }
}
