package dev.holdfast.http.okhttp;

import dev.holdfast.http.HttpGuardSettings;
import dev.holdfast.internal.http.DeclinedAnswer;
import dev.holdfast.internal.report.GuardMeters;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import okhttp3.Interceptor;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * Where the guard meets each call: it tells the sockets what they are to carry, and asks the client
 * again where the client's own retry leaves a request that no server has run.
 */
final class CallInterceptor implements Interceptor {

  private final HttpGuardSettings settings;
  private final GuardMeters meters;
  private final Retries retries;
  private final Duration declinedPatience;

  /** Whether the user lets the client repeat what failed. */
  @FunctionalInterface
  interface Retries {
    boolean on(Chain chain);
  }

  CallInterceptor(
      HttpGuardSettings settings, GuardMeters meters, Retries retries, Duration declinedPatience) {
    this.settings = settings;
    this.declinedPatience = declinedPatience;
    this.meters = meters;
    this.retries = retries;
  }

  @Override
  public Response intercept(Chain chain) throws IOException {
    meters.called(1);
    Response answer = attempt(chain);
    if (!DeclinedAnswer.mayBe(answer.code())) {
      return answer;
    }
    DeclinedCall declined =
        new DeclinedCall(settings, declinedPatience, meters, chain, retries.on(chain));
    while (declined.sendsAgain(answer)) {
      answer = attempt(chain);
    }
    return answer;
  }

  private Response attempt(Chain chain) throws IOException {
    Request request = chain.request();
    CurrentCall mine =
        new CurrentCall(
            settings, meters, chain.call(), request, retries.on(chain), chain.readTimeoutMillis());
    @Nullable CurrentCall outer = CurrentCall.get();
    CurrentCall.set(mine);
    try {
      return run(chain, request, mine);
    } catch (InterruptedIOException ended) { // by a timeout of any kind, or by a cancel
      meters.timedOut(1);
      throw ended;
    } finally {
      CurrentCall.set(outer);
    }
  }

  private static Response run(Chain chain, Request request, CurrentCall mine) throws IOException {
    while (true) {
      mine.looks();
      try {
        return chain.proceed(request);
      } catch (NotRepeated veto) {
        throw mine.last(veto.clients());
      } catch (IOException thrown) {
        if (!mine.again(thrown, isRepeatable(request) && !isUpgrade(request))) {
          throw mine.last(thrown);
        }
      }
    }
  }

  /** Of a web socket, which passes no network interceptor: nobody knows whether it was sent. */
  static boolean isUpgrade(Request request) {
    return request.header("Upgrade") != null;
  }

  static boolean isRepeatable(Request request) {
    RequestBody body = request.body();
    return body == null || !(body.isOneShot() || body.isDuplex());
  }
}
