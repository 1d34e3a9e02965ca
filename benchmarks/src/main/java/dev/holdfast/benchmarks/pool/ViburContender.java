package dev.holdfast.benchmarks.pool;

import org.vibur.objectpool.ConcurrentPool;
import org.vibur.objectpool.PoolObjectFactory;
import org.vibur.objectpool.util.ConcurrentLinkedDequeCollection;

/** Vibur's object pool, not fair, as its connection pool has it. */
final class ViburContender implements Contender {

  private static final class Objects implements PoolObjectFactory<Object> {
    @Override
    public Object create() {
      return new Object();
    }

    @Override
    public boolean readyToTake(Object one) {
      return true;
    }

    @Override
    public boolean readyToRestore(Object one) {
      return true;
    }

    @Override
    public void destroy(Object one) {}
  }

  private final ConcurrentPool<Object> pool;

  ViburContender(int size) {
    pool =
        new ConcurrentPool<>(
            new ConcurrentLinkedDequeCollection<>(), new Objects(), size, size, false);
  }

  @Override
  public Object borrow() {
    return pool.take();
  }

  @Override
  public void giveBack(Object borrowed) {
    pool.restore(borrowed);
  }

  @Override
  public void close() {
    pool.close();
  }
}
