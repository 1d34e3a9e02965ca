package dev.holdfast.http.okhttp;

import dev.holdfast.http.HttpGuardSettings;
import dev.holdfast.internal.http.DeclinedAnswer;
import dev.holdfast.internal.http.DeclinedSending;
import dev.holdfast.internal.report.GuardMeters;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import okhttp3.HttpUrl;
import okhttp3.Interceptor.Chain;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * A call that may run twice, and that its server may answer with "not now, but then". It waits on
 * its caller's thread, as OkHttp does everything. Used by one thread.
 */
final class DeclinedCall {

  /** A call that is cancelled while it waits ends so soon. */
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private final Chain chain;
  private final GuardMeters meters;
  private final DeclinedSending sending;
  private final @Nullable Duration within;
  private final boolean mayWait;
  private int repeated;

  /**
   * @param clientRetries whether its user lets the client repeat what failed
   */
  DeclinedCall(
      HttpGuardSettings settings,
      Duration patience,
      GuardMeters meters,
      Chain chain,
      boolean clientRetries) {
    this.chain = chain;
    this.meters = meters;
    this.within = within(chain);
    this.sending = new DeclinedSending(settings.replay().budgets(), patience, System::nanoTime);
    this.mayWait =
        clientRetries
            && !patience.isZero()
            && settings.replay().retry().getRetryConfig().getMaxAttempts() > 1
            && CallInterceptor.isRepeatable(chain.request())
            && !CallInterceptor.isUpgrade(chain.request())
            && settings.retries().mayRunTwice(CurrentCall.safety(chain.request()));
  }

  /** The shorter of the call's timeout and the one for an answer; null if it has none. */
  private static @Nullable Duration within(Chain chain) {
    long nanos = chain.call().timeout().timeoutNanos();
    long read = TimeUnit.MILLISECONDS.toNanos(chain.readTimeoutMillis());
    long least = nanos == 0 || (read > 0 && read < nanos) ? read : nanos;
    return least == 0 ? null : Duration.ofNanos(least);
  }

  /**
   * Whether the call is to be sent again. Then it has waited, and the answer is closed.
   *
   * @throws IOException if it was cancelled, or its thread interrupted, meanwhile
   */
  boolean sendsAgain(Response answer) throws IOException {
    DeclinedAnswer said = said(answer);
    if (said == null) {
      if (repeated > 0) {
        sending.answered();
      }
      return false;
    }
    meters.declined(said.code());
    long pause = mayWait && isOfThisRequest(answer) ? sending.pauseNanos(said) : -1;
    if (pause < 0) {
      return false;
    }
    repeated++;
    answer.close();
    sleep(pause);
    return true;
  }

  private @Nullable DeclinedAnswer said(Response answer) {
    if (!DeclinedAnswer.mayBe(answer.code()) || answer.networkResponse() == null) {
      return null;
    }
    HttpUrl url = answer.request().url();
    return DeclinedAnswer.of(
        answer.code(),
        answer.header("Retry-After"),
        answer.header("Date"),
        within,
        InetSocketAddress.createUnresolved(url.host(), url.port()));
  }

  /** And not of a later leg: what led there may have run. */
  private boolean isOfThisRequest(Response answer) {
    Request answered = answer.request();
    for (Response prior = answer.priorResponse(); prior != null; prior = prior.priorResponse()) {
      if (!DeclinedAnswer.mayBe(prior.code())) {
        return false;
      }
    }
    return answered.url().equals(chain.request().url());
  }

  private void sleep(long nanos) throws IOException {
    long until = System.nanoTime() + nanos;
    for (long left = nanos; left > 0; left = until - System.nanoTime()) {
      if (chain.call().isCanceled()) {
        throw new IOException("Canceled"); // OkHttp's own word
      }
      try {
        TimeUnit.NANOSECONDS.sleep(Math.min(left, LOOK_NANOS));
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("interrupted");
      }
    }
  }
}
