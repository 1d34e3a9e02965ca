package dev.holdfast.http.apache;

import java.io.IOException;
import org.apache.hc.client5.http.classic.ExecChain;
import org.apache.hc.client5.http.classic.ExecChainHandler;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpException;

/**
 * Stands right behind HttpClient's retries in the chain of handlers. {@code
 * disableAutomaticRetries()} takes them out of the chain, and with them the place of this one: who
 * does not meet it knows that the user wants nothing repeated.
 */
final class AutomaticRetries implements ExecChainHandler {

  private static final ThreadLocal<Boolean> ON = ThreadLocal.withInitial(() -> false);

  @Override
  public ClassicHttpResponse execute(
      ClassicHttpRequest request, ExecChain.Scope scope, ExecChain chain)
      throws IOException, HttpException {
    boolean outer = ON.get();
    ON.set(true);
    try {
      return chain.proceed(request, scope);
    } finally {
      ON.set(outer);
    }
  }

  /** Whether this thread's request has come by here, once: a request of another client has not. */
  static boolean take() {
    boolean on = ON.get();
    ON.set(false);
    return on;
  }
}
