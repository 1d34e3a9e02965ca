package dev.holdfast.benchmarks.pool;

import java.util.concurrent.TimeUnit;
import stormpot.Allocator;
import stormpot.Pool;
import stormpot.PoolTap;
import stormpot.Poolable;
import stormpot.Slot;
import stormpot.Timeout;

/** Stormpot with its defaults; 3.x, as 4.x needs Java 21. */
final class StormpotContender implements Contender {

  private record Pooled(Slot slot) implements Poolable {
    @Override
    public void release() {
      slot.release(this);
    }
  }

  private static final class Objects implements Allocator<Pooled> {
    @Override
    public Pooled allocate(Slot slot) {
      return new Pooled(slot);
    }

    @Override
    public void deallocate(Pooled pooled) {}
  }

  private final Timeout timeout = new Timeout(3, TimeUnit.SECONDS);
  private final Pool<Pooled> pool;

  private final ThreadLocal<PoolTap<Pooled>> taps;
  private final boolean tapped;

  StormpotContender(int size) {
    this(size, false);
  }

  private StormpotContender(int size, boolean tapped) {
    pool = Pool.from(new Objects()).setSize(size).build();
    taps = ThreadLocal.withInitial(pool::getThreadLocalTap);
    this.tapped = tapped;
  }

  /** Each thread with a tap of its own, which spares it a thread-local look-up of the pool's. */
  static StormpotContender withTaps(int size) {
    return new StormpotContender(size, true);
  }

  @Override
  public Object borrow() throws Exception {
    return tapped ? taps.get().claim(timeout) : pool.claim(timeout);
  }

  @Override
  public void giveBack(Object borrowed) {
    ((Pooled) borrowed).release();
  }

  @Override
  public void close() {
    var unused = pool.shutdown();
  }
}
