package dev.holdfast.benchmarks.pool;

/** A pool under measurement. One implementation is loaded in each JVM, so calls are direct. */
interface Contender extends AutoCloseable {

  /** Lends nothing. */
  Contender NONE =
      new Contender() {
        @Override
        public Object borrow() {
          return this;
        }

        @Override
        public void giveBack(Object borrowed) {}

        @Override
        public void close() {}
      };

  /** Waits if it must. */
  Object borrow() throws Exception;

  /** Takes back what {@link #borrow} returned. */
  void giveBack(Object borrowed) throws Exception;
}
