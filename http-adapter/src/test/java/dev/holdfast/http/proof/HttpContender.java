package dev.holdfast.http.proof;

import io.micrometer.core.instrument.MeterRegistry;

/** A client under test, bare or guarded, with one server to call. Thread-safe. */
interface HttpContender extends AutoCloseable {

  /**
   * Calls the server and waits for the whole answer, however long that takes.
   *
   * @param id of this call and no other
   * @throws Exception whatever the client throws
   */
  Reply call(Verb verb, String id) throws Exception;

  /** Where its guard counts; empty if it is bare. */
  MeterRegistry meters();

  /** Ends every connection at once, those in use too. */
  @Override
  void close() throws Exception;
}
