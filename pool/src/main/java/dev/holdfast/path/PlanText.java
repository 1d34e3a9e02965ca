package dev.holdfast.path;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Writes a plan down for people. */
final class PlanText {

  private PlanText() {}

  static String of(ConnectionPlan plan) {
    List<String> lines = new ArrayList<>();
    lines.add("plan for " + plan.path());
    for (PlanNumber number : PlanNumber.values()) {
      lines.add(
          String.format(
              Locale.ROOT,
              "  %-14s %-20s %s",
              number.text(),
              value(plan, number),
              plan.origin(number)));
    }
    lines.add("  reuse          " + (plan.reusable() ? "yes" : "no, one connection per request"));
    lines.add(
        "  silent expiry  "
            + (plan.silentExpiry() ? "yes, a probe into a forgotten flow gets no answer" : "no"));
    lines.add(
        "  terminated     "
            + (plan.terminated() ? "yes, an ACK proves nothing about the server" : "no"));
    lines.add(
        "  balanced       "
            + (plan.path().balanced() ? "yes, another dial may reach another server" : "no"));
    lines.add("  warnings       " + warnings(plan));
    return String.join("\n", lines);
  }

  /** What a log needs to show, in one line. */
  static String inShort(ConnectionPlan plan) {
    return "%s: idle at most %s, TCP keepalive %s, ping period %s, user timeout %s, lifetime %s"
        .formatted(
            plan.path(),
            value(plan, PlanNumber.MAX_IDLE_AGE),
            value(plan, PlanNumber.KEEPALIVE),
            value(plan, PlanNumber.PING_PERIOD),
            value(plan, PlanNumber.USER_TIMEOUT),
            value(plan, PlanNumber.MAX_LIFETIME));
  }

  private static String value(ConnectionPlan plan, PlanNumber number) {
    return switch (number) {
      case MAX_IDLE_AGE -> plan.maxIdleAge().map(Text::of).orElse("unlimited");
      case WARN_AGE -> plan.warnAge().map(Text::of).orElse("none");
      case KEEPALIVE -> plan.keepAlive().map(PlanText::options).orElse("none");
      case PING_PERIOD -> plan.pingPeriod().map(Text::of).orElse("none");
      case PING_TIMEOUT -> Text.of(plan.pingTimeout());
      case USER_TIMEOUT -> plan.userTimeout().isZero() ? "unset" : Text.of(plan.userTimeout());
      case MAX_LIFETIME -> Text.of(plan.maxLifetime());
      case MAX_REQUESTS ->
          plan.requests(0).isPresent() ? Long.toString(plan.requests(0).getAsLong()) : "unlimited";
      case PORT_BUDGET -> Text.rate(plan.portBudget().connectsPerSecond());
    };
  }

  private static String options(KeepAlive options) {
    return Text.of(options.idle()) + " / " + Text.of(options.interval()) + " / " + options.count();
  }

  private static String warnings(ConnectionPlan plan) {
    return plan.warnings().isEmpty()
        ? "none"
        : plan.warnings().stream()
            .map(warning -> "\n    " + warning.message())
            .collect(Collectors.joining());
  }
}
