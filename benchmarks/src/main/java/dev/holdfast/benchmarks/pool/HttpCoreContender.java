package dev.holdfast.benchmarks.pool;

import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.io.ModalCloseable;
import org.apache.hc.core5.pool.LaxConnPool;
import org.apache.hc.core5.pool.ManagedConnPool;
import org.apache.hc.core5.pool.PoolEntry;
import org.apache.hc.core5.pool.StrictConnPool;
import org.apache.hc.core5.util.Timeout;

/** HttpCore's pools of one route. */
final class HttpCoreContender implements Contender {

  private static final class Closeable implements ModalCloseable {
    @Override
    public void close(CloseMode mode) {}

    @Override
    public void close() {}
  }

  private final ManagedConnPool<String, Closeable> pool;

  private HttpCoreContender(ManagedConnPool<String, Closeable> pool) {
    this.pool = pool;
  }

  static HttpCoreContender strict(int size) {
    return new HttpCoreContender(new StrictConnPool<>(size, size));
  }

  static HttpCoreContender lax(int size) {
    return new HttpCoreContender(new LaxConnPool<>(size));
  }

  @Override
  public Object borrow() throws Exception {
    PoolEntry<String, Closeable> entry = pool.lease("route", null, Timeout.DISABLED, null).get();
    if (!entry.hasConnection()) {
      entry.assignConnection(new Closeable());
    }
    return entry;
  }

  @Override
  @SuppressWarnings("unchecked")
  public void giveBack(Object borrowed) {
    pool.release((PoolEntry<String, Closeable>) borrowed, true);
  }

  @Override
  public void close() throws Exception {
    pool.close();
  }
}
