package dev.holdfast.internal.report;

import dev.holdfast.internal.metrics.Guarded;
import dev.holdfast.metrics.HoldfastMeter;
import dev.holdfast.report.DiagnosisEvent;
import dev.holdfast.report.RecentDiagnosis;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries each diagnosis to log, meter and listeners, under one name. Logs at INFO: that a path
 * forgets idle flows is nothing to be alarmed about. Thread-safe.
 */
public final class DiagnosisReporter {

  private static final Logger LOG = LoggerFactory.getLogger(DiagnosisEvent.class);

  private final MeterRegistry registry;
  private final DiagnosisLog log = new DiagnosisLog(System::nanoTime, LOG::info, LOG::debug);
  private final Listeners<DiagnosisEvent> listeners = new Listeners<>();
  private final Deque<RecentDiagnosis> recent = new ArrayDeque<>();

  /**
   * A reporter without listeners.
   *
   * @param registry where {@link HoldfastMeter#DIAGNOSES} is counted
   */
  public DiagnosisReporter(MeterRegistry registry) {
    this.registry = registry;
  }

  /**
   * Calls a listener for every diagnosis, also those that are not logged. It runs on the thread
   * that reports, often an event loop: it must be quick and must not block. What it throws is
   * logged and stops nothing.
   *
   * @param listener the listener
   */
  public void onDiagnosis(Consumer<DiagnosisEvent> listener) {
    listeners.add(listener);
  }

  /**
   * Reports a diagnosis.
   *
   * @param event the diagnosis
   */
  public void report(DiagnosisEvent event) {
    event.diagnosis().tags().forEach(tag -> count(event.guard(), tag));
    log.log(event);
    keep(new RecentDiagnosis(Instant.now(), event));
    listeners.tell(event.guard(), event);
  }

  private void keep(RecentDiagnosis diagnosis) {
    synchronized (recent) {
      if (recent.size() == RecentDiagnosis.KEPT) {
        recent.removeLast();
      }
      recent.addFirst(diagnosis);
    }
  }

  /**
   * The latest diagnoses, the newest first.
   *
   * @return a copy of at most {@link RecentDiagnosis#KEPT}
   */
  public List<RecentDiagnosis> recent() {
    synchronized (recent) {
      return List.copyOf(recent);
    }
  }

  private void count(String guard, String explanation) {
    Guarded.meter(
        () ->
            Counter.builder(HoldfastMeter.DIAGNOSES.meterName())
                .description(HoldfastMeter.DIAGNOSES.description())
                .tag("guard", guard)
                .tag("explanation", explanation)
                .register(registry)
                .increment());
  }
}
