package dev.holdfast.path;

import java.time.Duration;
import java.util.List;

/** R8, source ports; refuses with E11. */
final class PortRule {

  private final Inputs in;
  private final LifetimeRule lifetime;

  PortRule(Inputs in, LifetimeRule lifetime) {
    this.in = in;
    this.lifetime = lifetime;
  }

  Origin origin() {
    PortBudget budget = in.asked().portBudget();
    return new Origin(
        "R8",
        "the client's ports",
        budget.ports()
            + " ports * "
            + budget.sources()
            + " source(s) / "
            + Text.of(budget.hold())
            + "; churn "
            + Text.rate(churn()));
  }

  private double churn() {
    return in.asked().retryRate() + byAge(lifetime.value());
  }

  private double byAge(Duration life) {
    return in.asked().reuse() ? in.asked().poolSize() / PortBudget.seconds(life) : 0;
  }

  List<PathConflict> conflicts() {
    PortBudget budget = in.asked().portBudget();
    if (churn() <= budget.connectsPerSecond()) {
      return List.of();
    }
    double left = budget.connectsPerSecond() - in.asked().retryRate();
    Duration longer = Duration.ofSeconds(secondsFor(left));
    boolean lifetimeHelps =
        left > 0 && longer.compareTo(Duration.ofDays(1)) <= 0 && lifetime.allows(longer);
    int sources = sourcesFor(budget);
    return List.of(
        new PathConflict(
            ConflictCode.E11,
            "churn",
            Text.rate(churn()),
            "exceeds port budget "
                + Text.rate(budget.connectsPerSecond())
                + " to "
                + in.path().server().name(),
            "rule R8, " + budget.ports() + " ports held for " + Text.of(budget.hold()),
            lifetimeHelps
                ? "use maxLifetime >= " + Text.of(longer) + ", or a smaller pool"
                : "use " + sources + " source addresses, a smaller pool or a lower retry rate",
            settings ->
                lifetimeHelps
                    ? settings.maxLifetime(longer)
                    : settings.portBudget(budget.withSources(sources))));
  }

  private long secondsFor(double left) {
    return left > 0 ? (long) Math.ceil(in.asked().poolSize() / left) + 1 : 0;
  }

  private int sourcesFor(PortBudget budget) {
    double perSource = budget.withSources(1).connectsPerSecond();
    return (int) Math.min(Integer.MAX_VALUE, Math.floor(churn() / perSource) + 1);
  }
}
