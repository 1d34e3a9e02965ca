package dev.holdfast.benchmarks.connect;

import dev.holdfast.connect.ConnectReport;
import java.util.List;

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

  /** What the guard has told of its connects so far; nothing for a bare client. */
  List<ConnectReport> reports();

  @Override
  void close();
}
