package dev.holdfast.benchmarks.http;

/** An HTTP client with one address to call. Thread-safe. */
public interface HttpContender extends AutoCloseable {

  /**
   * Calls and waits for the whole answer.
   *
   * @param method {@code GET} or {@code POST}; the latter has a body of four bytes
   * @param id the request's name, in its header {@code X-Request-Id}
   * @return the name in the answer's header of the same name; empty if it has none or is no 200
   * @throws Exception whatever the client throws
   */
  String call(String method, String id) throws Exception;

  /** Ends every connection at once. */
  @Override
  void close();
}
