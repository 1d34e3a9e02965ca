package dev.holdfast.http.apache;

import dev.holdfast.diagnosis.IdleBound;
import dev.holdfast.dial.ConnectReport;
import dev.holdfast.guard.Guard;
import dev.holdfast.guard.GuardHealth;
import dev.holdfast.http.HttpGuardSettings;
import dev.holdfast.http.SwapEvent;
import dev.holdfast.path.ConnectionPlan;
import dev.holdfast.report.DiagnosisEvent;
import dev.holdfast.report.RecentDiagnosis;
import dev.holdfast.wire.WireSnapshot;
import io.github.resilience4j.retry.Retry;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.slf4j.Logger;

/** What the guards of both of HttpClient's APIs tell and take. Thread-safe. */
abstract class ApacheGuard implements Guard {

  private final GuardCore core;
  private final String client;

  /**
   * @param log of the guard
   * @param client what it guards, with the version
   */
  ApacheGuard(HttpGuardSettings settings, Logger log, String client) {
    this.core = new GuardCore(settings, log, client);
    this.client = client;
  }

  GuardCore core() {
    return core;
  }

  /**
   * Says that requests with this context may run twice, whatever their method: the server tells a
   * repeated one by itself.
   *
   * @param context of the requests
   * @param <C> its class
   * @return the same context
   */
  public static <C extends HttpContext> C safeToRepeat(C context) {
    context.setAttribute(RetryExec.MARK, true);
    return context;
  }

  /**
   * The Resilience4j instance that carries the replay policy, for its events and counters.
   *
   * @return the instance
   */
  public Retry retry() {
    return core.settings().replay().retry();
  }

  /**
   * Calls a listener for every connection given up. It runs on the thread that gave it up, a
   * caller's, the reactor's or the guard's own: it must be quick and must not block.
   *
   * @param listener the listener
   */
  public void onSwap(Consumer<? super SwapEvent> listener) {
    core.sockets().deaths().onEnd(end -> listener.accept(SwapEvent.of(end)));
  }

  /**
   * Calls a listener for every connect, successful or not, and for every connection whose first
   * answer was not HTTP. It runs on the thread that connects, a caller's or, for the asynchronous
   * API, one of the guard's own: it must be quick and must not block.
   *
   * @param listener the listener
   */
  @Override
  public void onConnect(Consumer<ConnectReport> listener) {
    core.connects().onConnect(listener);
  }

  /**
   * Calls a listener for each diagnosis: of every connect that failed or took as long as a lost SYN
   * makes it, at once; and of every connection given up, a second or more after the fact: once it
   * is known whether a new connection works and what became of the other connections, after 15 s at
   * the latest. It must be quick and must not block.
   *
   * @param listener the listener
   */
  @Override
  public void onDiagnosis(Consumer<DiagnosisEvent> listener) {
    core.reporter().onDiagnosis(listener);
  }

  /**
   * How long connections of this guard may be idle: the declared age, or a lower one that was
   * learned from the ages at which connections were seen to end. Past a learned limit a request
   * that may run twice waits until the kernel has proved the path, and any other takes a new
   * connection. A learned limit never exceeds the declared age, and is forgotten once two
   * connections outlive it or a day passes without another end.
   *
   * @return the lowest bound of all addresses the guard's connections lead to
   */
  @Override
  public IdleBound idleBound() {
    return core.sockets().deaths().idleBound();
  }

  @Override
  public String name() {
    return core.settings().name();
  }

  @Override
  public String client() {
    return client;
  }

  @Override
  public ConnectionPlan plan() {
    return core.settings().plan();
  }

  @Override
  public Map<String, ConnectionPlan> plans() {
    return core.settings().plans().all();
  }

  @Override
  public GuardHealth health() {
    return GuardHealth.of(!core.installation().isHalf(), core.settings().gate());
  }

  @Override
  public List<RecentDiagnosis> recentDiagnoses() {
    return core.reporter().recent();
  }

  /**
   * Takes the gauges away, counters stay in the registry, and withdraws what was declared of the
   * endpoints of all its pools; closing a pool, as its client does, withdraws that pool's. The
   * clients are the user's to close, and work on. Closing it twice does nothing.
   */
  @Override
  public void close() {
    core.close();
  }

  /** How many connections have not been ended. */
  int open() {
    return core.sockets().watch().open();
  }

  /**
   * The latest {@code TCP_INFO} reading of each connection that is up; readings are taken while
   * requests are in flight and before reuse, so one of an idle connection is old.
   *
   * @return one snapshot for each connection that has been read at least once
   */
  @Override
  public List<WireSnapshot> snapshots() {
    return core.sockets().watch().snapshots();
  }
}
