package dev.holdfast.benchmarks.pool;

import org.apache.commons.pool2.BasePooledObjectFactory;
import org.apache.commons.pool2.PooledObject;
import org.apache.commons.pool2.impl.DefaultPooledObject;
import org.apache.commons.pool2.impl.GenericObjectPool;

/** commons-pool2 with its defaults. */
final class CommonsContender implements Contender {

  private final GenericObjectPool<Object> pool =
      new GenericObjectPool<>(
          new BasePooledObjectFactory<Object>() {
            @Override
            public Object create() {
              return new Object();
            }

            @Override
            public PooledObject<Object> wrap(Object made) {
              return new DefaultPooledObject<>(made);
            }
          });

  CommonsContender(int size) {
    pool.setMaxTotal(size);
    pool.setMaxIdle(size);
  }

  @Override
  public Object borrow() throws Exception {
    return pool.borrowObject();
  }

  @Override
  public void giveBack(Object borrowed) {
    pool.returnObject(borrowed);
  }

  @Override
  public void close() {
    pool.close();
  }
}
