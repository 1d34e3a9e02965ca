package dev.holdfast.internal.report;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.diagnosis.Explanation;
import dev.holdfast.dial.RedialReason;
import dev.holdfast.gate.ConnectOutcome;
import dev.holdfast.internal.retry.RetryBudget;
import dev.holdfast.metrics.HoldfastMeter;
import java.util.List;

/**
 * Has every counter and timer of a guard whose tags are a closed set begin at 0: a rate over a
 * counter that is born with its first event does not see that event.
 */
final class MetersAtZero {

  private static final List<String> NOT_EXECUTED =
      List.of("held_full", "transaction", "blocking", "unsendable", "no_reconnect", "unrepeatable");

  private MetersAtZero() {}

  static void register(OfGuard of) {
    of.counter(HoldfastMeter.AMBIGUOUS_ALL);
    of.counter(HoldfastMeter.TIMED_OUT);
    of.counter(HoldfastMeter.MOVED);
    of.counter(HoldfastMeter.REPLAYED);
    for (String result : List.of("answered", "failed")) {
      of.counter(HoldfastMeter.PROBES, "result", result);
    }
    for (String reason : NOT_EXECUTED) {
      of.counter(HoldfastMeter.NOT_EXECUTED, "reason", reason);
    }
    for (Cause cause : Cause.values()) {
      of.counter(HoldfastMeter.SWAPS, "cause", cause.tag());
    }
    for (RedialReason reason : RedialReason.values()) {
      of.counter(HoldfastMeter.REDIALS, "reason", reason.tag());
    }
    for (RetryBudget.Kind kind : RetryBudget.Kind.values()) {
      of.counter(HoldfastMeter.RETRIES_WITHHELD, "kind", kind.tag());
    }
    for (ConnectOutcome outcome : ConnectOutcome.values()) {
      of.timer(HoldfastMeter.CONNECTS, "result", outcome.tag());
    }
    for (Explanation explanation : Explanation.values()) {
      of.counter(HoldfastMeter.DIAGNOSES, "explanation", explanation.tag());
    }
    of.counter(HoldfastMeter.DIAGNOSES, "explanation", "unexplained");
  }
}
