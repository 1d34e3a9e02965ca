package dev.holdfast.examples;

import dev.holdfast.examples.Call.Ending;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** One run as a picture: how old the wire was, when calls used it, and how that ended. */
final class AgePicture {
  private static final double WIDTH = 920;
  private static final double HEIGHT = 170;
  private static final double LEFT = 44;
  private static final double RIGHT = WIDTH - 12;
  private static final double TOP = 16;
  private static final double BOTTOM = HEIGHT - 28;
  private static final double NANOS = 1e9;

  /** Younger uses are drawn as part of a burst, not as dots. */
  private static final long OLD_NANOS = 100_000_000;

  private static final long STALL_NANOS = 150_000_000;

  private final Outcome outcome;
  private final double seconds;
  private final double oldest;
  private final Svg svg = new Svg();

  private AgePicture(Outcome outcome, double seconds, double oldest) {
    this.outcome = outcome;
    this.seconds = seconds;
    this.oldest = oldest;
  }

  /** Draws one of the runs on scales that fit all of them. */
  static String of(Outcome outcome, List<Outcome> sameScale) {
    double seconds = 1;
    double oldest = 1.2;
    for (Outcome each : sameScale) {
      seconds = Math.max(seconds, each.lengthNanos() / NANOS);
      for (WireTrace.Silence silence : each.silences()) {
        oldest = Math.max(oldest, (silence.toNanos() - silence.fromNanos()) / NANOS);
      }
    }
    return new AgePicture(outcome, seconds, oldest * 1.12).draw();
  }

  private String draw() {
    String label =
        "Idle age of the wire over time, %s, %s"
            .formatted(outcome.scenario().name(), outcome.mode());
    svg.open("920", "170", label);
    drawForgottenAges();
    drawAxes();
    drawLimits();
    outcome.silences().forEach(this::drawSilence);
    drawBursts();
    outcome.events().forEach(this::drawEvent);
    // Failed calls last, so that no dot hides them.
    outcome.calls().stream()
        .sorted(Comparator.comparing(call -> call.ending() != Ending.SUCCEEDED))
        .forEach(this::drawCall);
    return svg.close();
  }

  private void drawAxes() {
    for (int age = 0; age <= oldest; age++) {
      svg.line(age == 0 ? "axis" : "grid", LEFT, y(age), RIGHT, y(age));
      if (oldest < 6 || age % 2 == 0) {
        svg.text("tick end", LEFT - 6, y(age) + 4, age + " s");
      }
    }
    int every = seconds > 12 ? 2 : 1;
    for (int at = 0; at <= seconds; at += every) {
      svg.line("axis", x(at), BOTTOM, x(at), BOTTOM + 4);
      svg.text("tick middle", x(at), BOTTOM + 18, at + " s");
    }
  }

  private void drawForgottenAges() {
    if (outcome.scenario().limitMatters()) {
      svg.rect("past", LEFT, TOP, RIGHT - LEFT, y(limitSeconds()) - TOP);
    }
  }

  private void drawLimits() {
    if (outcome.scenario().limitMatters()) {
      drawLimit("limit", limitSeconds(), "the middlebox forgets past this age");
      outcome
          .safeAge()
          .ifPresent(
              age -> drawLimit("safe", age.toMillis() / 1000.0, "the guard retires past this age"));
    }
  }

  private void drawLimit(String type, double age, String label) {
    svg.line(type, LEFT, y(age), RIGHT, y(age));
    svg.text(type + "-label", LEFT + 6, y(age) - 5, label);
  }

  private double limitSeconds() {
    return outcome.scenario().idleLimit().toMillis() / 1000.0;
  }

  private void drawSilence(WireTrace.Silence silence) {
    double from = x(silence.fromNanos() / NANOS);
    double to = x(silence.toNanos() / NANOS);
    double age = (silence.toNanos() - silence.fromNanos()) / NANOS;
    svg.mark(
        "age",
        "no byte for %.1f s".formatted(age),
        "M%.1f %.1fL%.1f %.1fL%.1f %.1fZ",
        from,
        BOTTOM,
        to,
        y(age),
        to,
        BOTTOM);
  }

  /** Successful calls close together become one bar on the time axis. */
  private void drawBursts() {
    List<Call> succeeded =
        outcome.calls().stream()
            .filter(call -> call.ending() == Ending.SUCCEEDED)
            .sorted(Comparator.comparingLong(Call::startNanos))
            .toList();
    for (int i = 0; i < succeeded.size(); ) {
      long from = succeeded.get(i).startNanos();
      long to = from;
      int first = i;
      while (i < succeeded.size() && succeeded.get(i).startNanos() - to < OLD_NANOS) {
        to = Math.max(to, succeeded.get(i).startNanos() + succeeded.get(i).tookNanos());
        i++;
      }
      svg.mark(
          "burst",
          (i - first) + " calls succeeded",
          "M%.1f %.1fH%.1f",
          x(from / NANOS),
          BOTTOM,
          Math.max(x(to / NANOS), x(from / NANOS) + 2));
    }
  }

  private void drawEvent(WireTrace.Event event) {
    double at = x(event.atNanos() / NANOS);
    switch (event.kind()) {
      case FAILOVER -> {
        svg.line("failover", at, TOP, at, BOTTOM);
        svg.text("failover-label", at + 4, TOP + 9, "fault");
      }
      case CONNECTED ->
          svg.mark("connect", "a connection opened", "M%.1f %.1fl4 7h-8Z", at, BOTTOM + 1);
      case FORGOTTEN -> svg.mark("forgot", "a flow was forgotten", "M%.1f %.1fv7", at, BOTTOM - 7);
    }
  }

  private void drawCall(Call call) {
    double at = x(call.startNanos() / NANOS);
    double age = y(call.wireAgeNanos() / NANOS);
    String tooltip =
        "%s after %d ms without a byte: %s in %d ms"
            .formatted(
                call.kind(),
                call.wireAgeNanos() / 1_000_000,
                call.ending().name().toLowerCase(Locale.ROOT),
                call.tookNanos() / 1_000_000);
    if (call.tookNanos() > STALL_NANOS) {
      double end = x((call.startNanos() + call.tookNanos()) / NANOS);
      svg.line("stall " + type(call), at, age, end, age);
    }
    if (call.kind() == Call.Kind.INCR && outcome.counted().getOrDefault(call.key(), 0L) > 1) {
      svg.mark(
          "bad",
          "an INCR that ran twice",
          "M%.1f %.1fm-6 0a6 6 0 1 0 12 0a6 6 0 1 0 -12 0",
          at,
          age);
    }
    switch (call.ending()) {
      case FAILED -> svg.mark("bad", tooltip, "M%.1f %.1fm-4 -4l8 8m0 -8l-8 8", at, age);
      case AMBIGUOUS -> svg.mark("unsure", tooltip, "M%.1f %.1fm0 -5l5 5l-5 5l-5 -5Z", at, age);
      case SUCCEEDED -> {
        if (call.wireAgeNanos() > OLD_NANOS) {
          svg.mark("good", tooltip, "M%.1f %.1fm-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0", at, age);
        }
      }
    }
  }

  private static String type(Call call) {
    return switch (call.ending()) {
      case FAILED -> "bad";
      case AMBIGUOUS -> "unsure";
      case SUCCEEDED -> "good";
    };
  }

  private double x(double atSeconds) {
    return LEFT + (RIGHT - LEFT) * Math.min(1, atSeconds / seconds);
  }

  private double y(double ageSeconds) {
    return BOTTOM - (BOTTOM - TOP) * Math.min(1, ageSeconds / oldest);
  }
}
