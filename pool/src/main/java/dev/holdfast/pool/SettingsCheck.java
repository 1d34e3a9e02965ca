package dev.holdfast.pool;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Refuses settings that do not fit: what, value, limit, source and fix, all at once. Pure. */
final class SettingsCheck {

  /** Ten times the ticker's period twice over, or its error would matter. */
  private static final Duration SHORTEST_AGE = Duration.ofMillis(200);

  private final List<String> problems = new ArrayList<>();

  private SettingsCheck() {}

  static void of(PoolSettings settings) {
    SettingsCheck check = new SettingsCheck();
    check.sizes(settings);
    check.times(settings);
    check.plan(settings);
    if (!check.problems.isEmpty()) {
      throw new InvalidPoolSettingsException(settings.name(), check.problems);
    }
  }

  private void sizes(PoolSettings s) {
    if (s.maxSize() < 1 || s.maxSize() > PoolBuilder.MOST) {
      problems.add(
          "maxSize %d is outside 1 to %d (a borrow may look at each); choose one within"
              .formatted(s.maxSize(), PoolBuilder.MOST));
    }
    if (s.minIdle() < 0 || s.minIdle() > s.maxSize()) {
      problems.add(
          "minIdle %d is outside 0 to maxSize %d; lower minIdle or raise maxSize"
              .formatted(s.minIdle(), s.maxSize()));
    }
    if (s.maxConnecting() < 1) {
      problems.add(
          "maxConnecting %d is below 1: nothing could be opened; use at least 1"
              .formatted(s.maxConnecting()));
    }
    if (s.maxWaiters() < 0) {
      problems.add("maxWaiters %d is below 0; use 0 to let nobody wait".formatted(s.maxWaiters()));
    }
    if (s.leakSample() < 1 || Integer.bitCount(s.leakSample()) != 1) {
      problems.add(
          "leak sample of one in %d is not a power of two (it is a bit test on the borrow path); use %d"
              .formatted(
                  s.leakSample(), Math.max(1, Integer.highestOneBit(Math.max(1, s.leakSample())))));
    }
  }

  private void times(PoolSettings s) {
    positive("acquireTimeout", s.acquireTimeout());
    positive("connectTimeout", s.connectTimeout());
    s.idleTimeout().ifPresent(time -> positive("idleTimeout", time));
    s.leakAfter().ifPresent(time -> positive("leak detection after", time));
  }

  private void positive(String what, Duration value) {
    if (value.isNegative() || value.isZero()) {
      problems.add("%s %s is not above zero; use a longer time".formatted(what, value));
    }
  }

  private void plan(PoolSettings s) {
    if (!s.plan().reusable()) {
      problems.add(
          "the plan forbids reuse and a pool reuses; open a connection for each call, or plan without withoutReuse()");
      return;
    }
    Duration age = Duration.ofNanos(s.lendNanos());
    if (age.compareTo(SHORTEST_AGE) < 0) {
      problems.add(
          "connections could be lent up to an idle age of %s (the plan's), below %s, where the 10 ms ticker is too coarse; raise the limit of %s"
              .formatted(
                  age,
                  SHORTEST_AGE,
                  s.plan().origin(dev.holdfast.path.PlanNumber.MAX_IDLE_AGE).setBy()));
    }
    s.idleTimeout()
        .filter(time -> time.compareTo(age) >= 0)
        .ifPresent(
            time ->
                problems.add(
                    "idleTimeout %s is not below the idle age %s up to which the plan has connections lent, so it would do nothing; lower it or leave it out"
                        .formatted(time, age)));
  }
}
