package dev.holdfast.benchmarks.connect;

/** A client that opens a connection for one call and closes it. Thread-safe. */
interface Contender extends AutoCloseable {

  /**
   * Opens a connection, has one call answered and closes it.
   *
   * @return nanoseconds until the connection was there, for a client that tells, else until the
   *     answer
   * @throws Exception whatever the client throws
   */
  long connect() throws Exception;

  @Override
  void close();
}
