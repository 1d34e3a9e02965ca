package dev.holdfast.examples;

import dev.holdfast.examples.Moment.Lane;
import dev.holdfast.examples.Moment.Tone;
import java.util.List;

/**
 * One incident as a picture: for each party a lane of what it believed, one of what was carried.
 */
final class LanePicture {
  private static final double WIDTH = 920;
  private static final double LEFT = 14;
  private static final double RIGHT = WIDTH - 14;
  private static final double TOP = 20;
  private static final double LANE = 44;
  private static final double DOT = 3.5;
  private static final double CROSS = 4;
  private static final int TICKS = 10;

  private final Replay replay;
  private final List<String> modes;
  private final Svg svg = new Svg();

  private LanePicture(Replay replay) {
    this.replay = replay;
    this.modes = replay.scores().stream().map(Score::mode).distinct().toList();
  }

  static String of(Replay replay) {
    return new LanePicture(replay).draw();
  }

  private String draw() {
    double bottom = TOP + LANE * modes.size() * Lane.values().length;
    svg.open(
        "%.0f".formatted(WIDTH),
        "%.0f".formatted(bottom + 26),
        "What happened when in " + replay.incident().name());
    for (String mode : modes) {
      for (Lane lane : Lane.values()) {
        double y = y(mode, lane);
        svg.text("tick", LEFT, y - 9, mode + ", " + lane.word());
        svg.line("grid", LEFT, y, RIGHT, y);
      }
    }
    svg.line("axis", LEFT, bottom, RIGHT, bottom);
    double step = step();
    for (double at = 0; at <= seconds(); at += step) {
      svg.line("axis", x(at), bottom, x(at), bottom + 4);
      svg.text(
          "tick middle",
          x(at),
          bottom + 18,
          step < 1 ? "%.1f s".formatted(at) : "%.0f s".formatted(at));
    }
    replay.moments().stream()
        .sorted((a, b) -> a.tone().compareTo(b.tone())) // what went wrong lies on top
        .forEach(this::mark);
    return svg.close();
  }

  private void mark(Moment moment) {
    List<String> of = moment.mode().isEmpty() ? modes : List.of(moment.mode());
    double x = x(moment.atNanos() / 1e9);
    for (String mode : of) {
      double y = y(mode, moment.lane());
      String tooltip = "%.3f s, %s".formatted(moment.atNanos() / 1e9, moment.text());
      if (moment.tone() == Tone.BAD) {
        svg.mark(
            "bad",
            tooltip,
            "M%.1f %.1fl%.1f %.1fm%.1f 0l%.1f %.1f",
            x - CROSS,
            y - CROSS,
            2 * CROSS,
            2 * CROSS,
            -2 * CROSS,
            2 * CROSS,
            -2 * CROSS);
      } else {
        svg.mark(
            moment.tone() == Tone.GOOD ? "good" : "connect",
            tooltip,
            "M%.1f %.1fa%.1f %.1f 0 1 0 %.1f 0a%.1f %.1f 0 1 0 %.1f 0",
            x - DOT,
            y,
            DOT,
            DOT,
            2 * DOT,
            DOT,
            DOT,
            -2 * DOT);
      }
    }
  }

  private double seconds() {
    return Math.max(0.1, replay.lengthNanos() / 1e9);
  }

  private double step() {
    return step(seconds());
  }

  /** 1, 2 or 5 of some power of ten: labels with one digit behind the point are exact. */
  static double step(double seconds) {
    for (double unit = 0.1; ; unit *= 10) {
      for (int times : new int[] {1, 2, 5}) {
        if (seconds / (times * unit) <= TICKS) {
          return times * unit;
        }
      }
    }
  }

  private double x(double at) {
    return LEFT + (RIGHT - LEFT) * Math.min(1, at / seconds());
  }

  private double y(String mode, Lane lane) {
    int row = 2 * modes.indexOf(mode) + (lane == Lane.BELIEVED ? 0 : 1);
    return TOP + LANE * (row + 0.5);
  }
}
