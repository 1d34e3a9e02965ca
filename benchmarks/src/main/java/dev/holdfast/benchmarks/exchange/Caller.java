package dev.holdfast.benchmarks.exchange;

import java.io.IOException;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.pool.PoolStats;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;

/** Makes the calls of one program and tells all that a caller can see of each. */
final class Caller {

  /** Of those whose server never answers. */
  private static final long SHORT_MILLIS = 200;

  private static final Timeout LONG = Timeout.ofSeconds(20);

  /** Of those that need a connection while all are kept. */
  private static final long LEASE_MILLIS = 150;

  /** For how many steps an answer is kept at most. */
  private static final int KEPT = 4;

  private final Mode.Client client;
  private final Map<String, String> origins;
  private final Journal journal;
  private final HttpClientContext shared;
  private final boolean oneContext;
  private final boolean redirects;
  private final int patience;
  private final Deque<ClassicHttpResponse> kept = new ArrayDeque<>();
  private int stepsKept;

  Caller(
      Mode.Client client,
      Map<String, String> origins,
      Journal journal,
      Setting setting,
      HttpClientContext context,
      int patience) {
    this.client = client;
    this.origins = origins;
    this.journal = journal;
    this.shared = context;
    this.oneContext = setting.oneContext();
    this.redirects = setting.redirects();
    this.patience = patience;
  }

  /** What a step shows, the pool's counts behind it included. */
  String run(Step step) throws Exception {
    String before = kept.isEmpty() || --stepsKept > 0 ? "" : closeKept() + ", ";
    String seen =
        before
            + switch (step.act()) {
              case PAUSES -> {
                Thread.sleep(Mode.PAUSE.toMillis());
                yield "paused";
              }
              case CLOSES_IDLE -> {
                client.pool().closeIdle(TimeValue.ZERO_MILLISECONDS);
                yield "closed what was idle";
              }
              case CLOSES_KEPT -> closeKept();
              default -> call(step);
            };
    boolean interrupted = Thread.interrupted();
    PoolStats pool = client.pool().getTotalStats(); // a lease that timed out may be pending yet
    return "%s pool %d leased %d available%s"
        .formatted(seen, pool.getLeased(), pool.getAvailable(), interrupted ? " interrupted" : "");
  }

  private String closeKept() {
    ClassicHttpResponse response = kept.poll();
    if (response == null) {
      return "nothing kept";
    }
    try (response) {
      return "kept " + Shown.body(response, Step.Act.READS, () -> {});
    } catch (IOException | RuntimeException thrown) {
      return Shown.thrown(thrown);
    }
  }

  private HttpUriRequestBase request(Step step) {
    HttpUriRequestBase request =
        new HttpUriRequestBase(
            step.method(),
            URI.create(
                "%s/%s/%d".formatted(origins.get(step.origin()), step.kind(), step.number())));
    if (step.bodyLength() >= 0) {
      request.setEntity(Bodies.of(step));
      if (step.body() == Step.Body.FAILS) {
        request.addHeader(Origin.CUT, "yes");
      }
    }
    boolean waits = step.kind().equals("slow") || step.kind().equals("stall");
    request.setConfig(
        RequestConfig.custom()
            .setExpectContinueEnabled(step.expect())
            .setRedirectsEnabled(redirects)
            .setConnectionRequestTimeout(Timeout.ofMilliseconds(patience * LEASE_MILLIS))
            .setResponseTimeout(
                waits && step.act() == Step.Act.READS
                    ? Timeout.ofMilliseconds(patience * SHORT_MILLIS)
                    : LONG)
            .build());
    return request;
  }

  private String call(Step step) throws Exception {
    HttpUriRequestBase request = request(step);
    HttpClientContext context = oneContext ? shared : HttpClientContext.create();
    if (!oneContext) {
      context.setCredentialsProvider(shared.getCredentialsProvider());
    }
    CountDownLatch aborted = new CountDownLatch(1);
    switch (step.act()) {
      case ABORTS_BEFORE -> request.abort();
      case INTERRUPTED -> Thread.currentThread().interrupt();
      case ABORTS_WAITING -> abortWaiting(step, request, aborted);
      default -> aborted.countDown();
    }
    String seen = answer(step, request, context);
    if (step.act() == Step.Act.ABORTS_WAITING) {
      aborted.await();
    }
    return seen + Shown.context(context, text -> Run.named(text, origins)) + Shown.request(request);
  }

  private void abortWaiting(Step step, HttpUriRequestBase request, CountDownLatch aborted) {
    Thread thread =
        new Thread(
            () -> {
              try {
                journal.await("/%s/%d".formatted(step.kind(), step.number()));
                request.abort();
              } catch (InterruptedException never) {
                Thread.currentThread().interrupt();
              } finally {
                aborted.countDown();
              }
            },
            "aborts");
    thread.setDaemon(true);
    thread.start();
  }

  private String answer(Step step, HttpUriRequestBase request, HttpClientContext context) {
    try {
      if (step.act() == Step.Act.KEEPS) {
        ClassicHttpResponse response = client.client().executeOpen(null, request, context);
        kept.add(response);
        stepsKept = KEPT;
        return Shown.head(response);
      }
      return client
          .client()
          .execute(
              request,
              context,
              response -> Shown.head(response) + Shown.body(response, step.act(), request::abort));
    } catch (IOException | RuntimeException thrown) {
      return step.act() == Step.Act.ABORTS_WAITING ? Shown.aborted(thrown) : Shown.thrown(thrown);
    }
  }

  /** What the answers show that are kept yet. */
  List<String> end() {
    List<String> seen = new ArrayList<>();
    while (!kept.isEmpty()) {
      seen.add(closeKept());
    }
    return seen;
  }
}
