package dev.holdfast.benchmarks.pool;

import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLongArray;

/** The pools by name, each filled before it is measured. */
final class Contenders {

  private Contenders() {}

  static Contender open(String name, int size) throws Exception {
    Contender contender =
        switch (name) {
          case "holdfast" -> new HoldfastContender(size);
          case "none" -> Contender.NONE;
          case "limit" -> new Limit(size);
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
  private static final class Limit implements Contender {
    private final AtomicLongArray slots;

    Limit(int size) {
      slots = new AtomicLongArray(size * 16);
    }

    @Override
    public Object borrow() {
      int at = (int) Thread.currentThread().getId() * 16 % slots.length();
      if (slots.getOpaque(at) != 0 || !slots.compareAndSet(at, 0, 1)) {
        return this;
      }
      return slots;
    }

    @Override
    public void giveBack(Object borrowed) {
      int at = (int) Thread.currentThread().getId() * 16 % slots.length();
      if (borrowed == slots) {
        slots.setRelease(at, 0);
      }
    }

    @Override
    public void close() {}
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
