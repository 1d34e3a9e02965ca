package dev.holdfast.redis;

import dev.holdfast.connect.Closer;
import dev.holdfast.path.PortBudget;
import dev.holdfast.report.ChurnDiagnoses;
import dev.holdfast.usage.ChurnDetector;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.util.AttributeKey;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Opens and closes of one endpoint, judged on an event loop at most once a second and only after
 * something was closed. Thread-safe.
 */
final class EndpointChurn {

  private static final AttributeKey<EndpointChurn> KEY =
      AttributeKey.valueOf(EndpointChurn.class, "KEY");

  /** {@code maxTotal} of commons-pool 2, which Lettuce's pools are built on. */
  private static final int POOL_SIZE = 8;

  private static final long SECONDS_BETWEEN = 1;

  private final @Nullable ChurnDetector detector;
  private final @Nullable ChurnDiagnoses diagnoses;
  private final AtomicBoolean due = new AtomicBoolean();

  private EndpointChurn(@Nullable ChurnDetector detector, @Nullable ChurnDiagnoses diagnoses) {
    this.detector = detector;
    this.diagnoses = diagnoses;
  }

  static EndpointChurn watched(PortBudget budget, ChurnDiagnoses diagnoses) {
    return new EndpointChurn(new ChurnDetector(POOL_SIZE, budget, System::nanoTime), diagnoses);
  }

  static EndpointChurn unwatched() {
    return new EndpointChurn(null, null);
  }

  static @Nullable EndpointChurn of(Channel channel) {
    return channel.attr(KEY).get();
  }

  void isThatOf(Channel channel) {
    channel.attr(KEY).set(this);
  }

  void opened() {
    if (detector != null) {
      detector.opened();
    }
  }

  void closed(long ageNanos, Closer who, EventLoop loop) {
    if (detector != null) {
      detector.closed(ageNanos, who);
      judgeSoon(loop);
    }
  }

  void returned(long heldNanos, String site, EventLoop loop) {
    if (detector != null) {
      detector.returned(heldNanos, site);
      judgeSoon(loop);
    }
  }

  private void judgeSoon(EventLoop loop) {
    if (due.get() || !due.compareAndSet(false, true)) {
      return;
    }
    try {
      loop.schedule(this::judge, SECONDS_BETWEEN, TimeUnit.SECONDS);
    } catch (RejectedExecutionException shutDown) {
      due.set(false); // another loop may live
    }
  }

  private void judge() {
    due.set(false); // first, so that a close during the judgement is judged too
    if (detector != null && diagnoses != null) {
      detector.verdict().ifPresent(diagnoses::seen);
    }
  }
}
