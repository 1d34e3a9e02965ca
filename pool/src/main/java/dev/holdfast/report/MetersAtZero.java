package dev.holdfast.report;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.diagnosis.Explanation;
import dev.holdfast.dial.RedialReason;
import dev.holdfast.gate.ConnectOutcome;
import dev.holdfast.metrics.Guarded;
import dev.holdfast.metrics.HoldfastMeter;
import dev.holdfast.retry.RetryBudget;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.List;

/**
 * Has every counter and timer of a guard whose tags are a closed set begin at 0: a rate over a
 * counter that is born with its first event does not see that event.
 */
final class MetersAtZero {

  private static final List<String> NOT_EXECUTED =
      List.of("held_full", "transaction", "blocking", "unsendable", "no_reconnect", "unrepeatable");

  private MetersAtZero() {}

  static void register(MeterRegistry registry, String guard) {
    counter(registry, guard, HoldfastMeter.AMBIGUOUS_ALL);
    counter(registry, guard, HoldfastMeter.TIMED_OUT);
    counter(registry, guard, HoldfastMeter.MOVED);
    counter(registry, guard, HoldfastMeter.REPLAYED);
    for (String result : List.of("answered", "failed")) {
      counter(registry, guard, HoldfastMeter.PROBES, "result", result);
    }
    for (String reason : NOT_EXECUTED) {
      counter(registry, guard, HoldfastMeter.NOT_EXECUTED, "reason", reason);
    }
    for (Cause cause : Cause.values()) {
      counter(registry, guard, HoldfastMeter.SWAPS, "cause", cause.tag());
    }
    for (RedialReason reason : RedialReason.values()) {
      counter(registry, guard, HoldfastMeter.REDIALS, "reason", reason.tag());
    }
    for (RetryBudget.Kind kind : RetryBudget.Kind.values()) {
      counter(registry, guard, HoldfastMeter.RETRIES_WITHHELD, "kind", kind.tag());
    }
    for (ConnectOutcome outcome : ConnectOutcome.values()) {
      timer(registry, guard, HoldfastMeter.CONNECTS, "result", outcome.tag());
    }
    for (Explanation explanation : Explanation.values()) {
      counter(registry, guard, HoldfastMeter.DIAGNOSES, "explanation", explanation.tag());
    }
    counter(registry, guard, HoldfastMeter.DIAGNOSES, "explanation", "unexplained");
  }

  private static void timer(
      MeterRegistry registry, String guard, HoldfastMeter meter, String... tags) {
    Guarded.register(
        () ->
            Timer.builder(meter.meterName())
                .description(meter.description())
                .tag("guard", guard)
                .tags(tags)
                .register(registry));
  }

  private static void counter(
      MeterRegistry registry, String guard, HoldfastMeter meter, String... tags) {
    Guarded.register(
        () ->
            Counter.builder(meter.meterName())
                .description(meter.description())
                .tag("guard", guard)
                .tags(tags)
                .register(registry));
  }
}
