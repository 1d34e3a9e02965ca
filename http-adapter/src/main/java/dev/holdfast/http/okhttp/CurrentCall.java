package dev.holdfast.http.okhttp;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.http.HttpGuardSettings;
import dev.holdfast.internal.http.ExchangeProgress;
import dev.holdfast.internal.http.RequestAttempts;
import dev.holdfast.internal.http.RequestSafety;
import dev.holdfast.internal.http.RetryDecision;
import dev.holdfast.internal.report.GuardMeters;
import dev.holdfast.internal.socket.Caller;
import dev.holdfast.retry.AmbiguousOutcomeException;
import dev.holdfast.retry.ReplaySafety;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ProtocolException;
import java.net.Socket;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import okhttp3.Call;
import okhttp3.Request;
import org.jspecify.annotations.Nullable;

/**
 * The call that this thread executes. OkHttp acquires, sends and receives on one thread, but tells
 * a socket nothing of the call that it is to carry. A call may have several legs, as a redirect or
 * an authentication makes them: each is judged, and repeated, by itself.
 */
final class CurrentCall implements Caller {

  /** What no server can have run moves so often. */
  private static final int MOST_MOVES = 8;

  private static final ThreadLocal<@Nullable CurrentCall> CURRENT = new ThreadLocal<>();

  private final HttpGuardSettings settings;
  private final GuardMeters meters;
  private final Call call;
  private final ReplaySafety safety;
  private final boolean clientRetries;
  private final int patienceMillis;
  private @Nullable RequestAttempts attempts;
  private @Nullable Request leg;
  private @Nullable RetryDecision latest;
  private boolean latestSent;
  private boolean began;
  private boolean acquires;
  private @Nullable Carrier taken;
  private @Nullable AwaitedBody awaited;
  private int answered;
  private int moves;

  /**
   * @param clientRetries whether its user lets the client repeat what failed
   * @param patienceMillis how long it waits for an answer; 0 for ever
   */
  CurrentCall(
      HttpGuardSettings settings,
      GuardMeters meters,
      Call call,
      Request request,
      boolean clientRetries,
      int patienceMillis) {
    this.settings = settings;
    this.meters = meters;
    this.call = call;
    this.safety = safety(request);
    this.clientRetries = clientRetries;
    this.patienceMillis = patienceMillis;
  }

  static @Nullable CurrentCall get() {
    return CURRENT.get();
  }

  /** The thread keeps its empty entry, which holds nothing. */
  static void set(@Nullable CurrentCall call) {
    CURRENT.set(call);
  }

  static ReplaySafety safety(Request request) {
    if (RequestSafety.of(request.method(), false, false) == ReplaySafety.SAFE) {
      return ReplaySafety.SAFE; // whatever its headers say
    }
    String key = request.header(RequestSafety.IDEMPOTENCY_KEY);
    boolean keyed = key != null && !key.isBlank();
    boolean marked = request.tag(SafeToRepeat.class) != null;
    return RequestSafety.of(request.method(), keyed, marked);
  }

  /** A connection is looked for from now on. */
  void looks() {
    looksAgain();
    began = false;
  }

  /**
   * Whether a connection is looked for, between two legs or before the first, and this one has not
   * been found fit for it: OkHttp asks more than once.
   */
  boolean looksAt(Carrier carrier) {
    return acquires && taken != carrier;
  }

  void takes(Carrier carrier) {
    taken = carrier;
  }

  private void looksAgain() {
    acquires = true;
    taken = null;
  }

  /** After an earlier attempt met a dead path the next connection is proved first. */
  boolean mayRunTwice() {
    RequestAttempts mine = attempts;
    return safety != ReplaySafety.UNSAFE && (mine == null || !mine.needsNewConnection());
  }

  @Override
  public long patienceNanos(Socket socket) {
    return patienceMillis > 0 ? TimeUnit.MILLISECONDS.toNanos(patienceMillis) : Long.MAX_VALUE;
  }

  @Override
  public boolean isGone() {
    return call.isCanceled();
  }

  /** The client dials then, for as long as its connect timeout. */
  @Override
  public void isLate() {}

  /** A leg begins on a connection. */
  void begins(Request request) {
    acquires = false;
    awaited = null;
    began = true;
    RequestAttempts mine = attempts;
    if (mine != null && latest == RetryDecision.FAIL) {
      mine.repeatedByOthers(latestSent);
    }
    latest = null;
    leg = request;
  }

  /** The leg's server is asked for its body first. */
  void awaits(AwaitedBody body) {
    awaited = body;
  }

  /** Null for a leg that waits for no leave. */
  @Nullable AwaitedBody awaited() {
    return awaited;
  }

  /** A leg goes over a connection that the guard knows nothing of: what becomes of it neither. */
  void passesUnseen() {
    acquires = false;
    began = true;
    latest = null;
    latestSent = true;
    RequestAttempts mine = attempts;
    if (mine != null) {
      mine.failedOtherwise();
    }
  }

  /** What follows is the client's alone. */
  void isLeftAlone() {
    acquires = false;
  }

  /** Its answer has begun; another leg may follow. */
  void answers() {
    attempts().answered();
    attempts = null;
    answered++;
    looksAgain();
  }

  private RequestAttempts attempts() {
    RequestAttempts mine = attempts;
    if (mine == null) {
      Request request = leg;
      mine =
          new RequestAttempts(
              settings,
              meters,
              request == null ? call.request().method() : request.method(),
              request == null ? safety : safety(request));
      attempts = mine;
    }
    return mine;
  }

  /**
   * A leg failed.
   *
   * @return what the client's own retry is to see
   */
  IOException fails(IOException thrown, ExchangeProgress progress, Cause cause, String evidence) {
    looksAgain();
    RequestAttempts mine = attempts();
    if (call.isCanceled()) {
      mine.failedOtherwise();
      return thrown;
    }
    RetryDecision decision = mine.failed(progress, cause, evidence, () -> clientRetries);
    latest = decision;
    latestSent = !progress.neverSent();
    return switch (decision) {
      case RETRY -> thrown;
      case AMBIGUOUS ->
          new AmbiguousOkHttpOutcomeException(
              new AmbiguousOutcomeException(mine.method(), progress.delivery(), cause, evidence),
              thrown);
      case FAIL -> mayOthersRepeat(mine) || !wouldRepeat(thrown) ? thrown : new NotRepeated(thrown);
    };
  }

  /** What the client does not repeat anyway reaches every interceptor as it is. */
  private boolean wouldRepeat(IOException thrown) {
    return clientRetries
        && !(thrown instanceof ProtocolException || thrown instanceof InterruptedIOException);
  }

  /** What was sent and must not run twice is nobody's to repeat; the rest is the client's. */
  private boolean mayOthersRepeat(RequestAttempts mine) {
    boolean again = settings.replay().retry().getRetryConfig().getMaxAttempts() > 1;
    return !latestSent || (again && settings.retries().mayRunTwice(mine.safety()));
  }

  /**
   * The client has given up.
   *
   * @return whether it is to be asked once more, for its own retry has not done what the table says
   */
  boolean again(IOException thrown, boolean repeatable) {
    if (answered > 0 || call.isCanceled() || ++moves > MOST_MOVES) {
      return false;
    }
    if (!began && repeatable && latest == null) {
      return Failures.lostHandshake(thrown)
          .map(
              death ->
                  attempts()
                      .failed(
                          ExchangeProgress.notSent(true),
                          death.cause(),
                          death.evidence(),
                          () -> true))
          .filter(decision -> decision == RetryDecision.RETRY)
          .isPresent();
    }
    return began && repeatable && latest == RetryDecision.RETRY;
  }

  /** What the caller gets: nothing that was sent is hidden by what failed after it. */
  IOException last(IOException thrown) {
    RequestAttempts mine = attempts;
    if (mine == null || thrown instanceof AmbiguousOkHttpOutcomeException) {
      return thrown;
    }
    boolean sent = began && latestSent;
    if (!began) {
      mine.failedOtherwise();
    }
    Optional<AmbiguousOutcomeException> earlier = mine.earlier();
    if (earlier.isEmpty()) {
      return thrown;
    }
    boolean write = RequestSafety.of(method(), false, false) != ReplaySafety.SAFE;
    if (write && !sent) {
      mine.endsAsEarlier();
      return new AmbiguousOkHttpOutcomeException(earlier.get(), thrown);
    }
    thrown.addSuppressed(earlier.get());
    return thrown;
  }

  private String method() {
    Request request = leg;
    return request == null ? call.request().method() : request.method();
  }
}
