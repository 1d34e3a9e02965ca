package dev.holdfast.benchmarks.pool;

import reactor.core.publisher.Mono;
import reactor.pool.InstrumentedPool;
import reactor.pool.PoolBuilder;
import reactor.pool.PooledRef;

/** reactor-pool, the caller blocking for what it subscribes to. */
final class ReactorPoolContender implements Contender {

  private final InstrumentedPool<Object> pool;

  ReactorPoolContender(int size) {
    pool = PoolBuilder.from(Mono.fromSupplier(Object::new)).sizeBetween(0, size).buildPool();
  }

  @Override
  public Object borrow() {
    PooledRef<Object> borrowed = pool.acquire().block();
    if (borrowed == null) {
      throw new IllegalStateException("nothing acquired");
    }
    return borrowed;
  }

  @Override
  public void giveBack(Object borrowed) {
    ((PooledRef<?>) borrowed).release().block();
  }

  @Override
  public void close() {
    pool.dispose();
  }
}
