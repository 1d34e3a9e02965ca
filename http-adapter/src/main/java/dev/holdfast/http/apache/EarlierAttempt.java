package dev.holdfast.http.apache;

import dev.holdfast.retry.AmbiguousOutcomeException;
import java.io.IOException;
import org.apache.hc.client5.http.classic.ExecChain;
import org.apache.hc.client5.http.classic.ExecChainHandler;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpException;
import org.jspecify.annotations.Nullable;

/**
 * Stands in front of HttpClient's retries. They throw exceptions of their own in place of what an
 * aborted call, or one without an answer, has thrown: what that one carried of an attempt that was
 * sent before is handed on to the new one.
 */
final class EarlierAttempt implements ExecChainHandler {

  private static final ThreadLocal<@Nullable AmbiguousOutcomeException> TOLD = new ThreadLocal<>();

  /** The call of this thread fails, and this attempt of it, not its last, was sent. */
  static void tell(AmbiguousOutcomeException sent) {
    TOLD.set(sent);
  }

  @Override
  public ClassicHttpResponse execute(
      ClassicHttpRequest request, ExecChain.Scope scope, ExecChain chain)
      throws IOException, HttpException {
    @Nullable AmbiguousOutcomeException outer = TOLD.get();
    TOLD.set(null);
    try {
      return chain.proceed(request, scope);
    } catch (IOException thrown) {
      AmbiguousOutcomeException sent = TOLD.get();
      if (sent != null && AmbiguousOutcomeException.in(thrown).isEmpty()) {
        thrown.addSuppressed(sent);
      }
      throw thrown;
    } finally {
      TOLD.set(outer);
    }
  }
}
