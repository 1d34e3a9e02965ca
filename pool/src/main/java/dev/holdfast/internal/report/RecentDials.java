package dev.holdfast.internal.report;

import dev.holdfast.internal.diagnosis.ConnectEnd;
import dev.holdfast.internal.diagnosis.ConnectSigns.History;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** How the latest dials to one address ended, and in which order. Bounded; not thread-safe. */
final class RecentDials {

  private static final int MOST = 20;

  /** A share is one of a time: refusals of an hour ago say nothing of the server of now. */
  private static final long SHARE_NANOS = Duration.ofMinutes(1).toNanos();

  /**
   * The shortest pause, and how many times as long as the usual one it is: a server that was
   * restarted is first refused when nobody had dialled for a while, one of a balancer's at any
   * time.
   */
  private static final long LEAST_PAUSE_NANOS = Duration.ofSeconds(1).toNanos();

  private static final int TIMES_THE_USUAL = 3;

  private record Ended(ConnectEnd how, long atNanos) {}

  private final Deque<Ended> dials = new ArrayDeque<>(4);

  void add(ConnectEnd how, long nowNanos) {
    dials.removeIf(dial -> nowNanos - dial.atNanos() > SHARE_NANOS);
    if (dials.size() == MOST) {
      dials.removeFirst();
    }
    dials.addLast(new Ended(how, nowNanos));
  }

  History history() {
    int connected = 0;
    int refused = 0;
    int foreign = 0;
    int hungUp = 0;
    for (Ended dial : dials) {
      switch (dial.how()) {
        case CONNECTED -> connected++;
        case REFUSED -> refused++;
        case FOREIGN_REPLY -> foreign++;
        case HUNG_UP -> hungUp++;
        default -> {}
      }
    }
    return new History(connected, refused, foreign, hungUp, alternations());
  }

  private int alternations() {
    int alternations = 0;
    long pause = pauseNanos();
    @Nullable Ended before = null;
    for (Ended dial : dials) {
      if (before != null && worked(before) != worked(dial)) {
        boolean fellIll = worked(before) && dial.atNanos() - before.atNanos() > pause;
        alternations += fellIll ? 0 : 1;
      }
      before = dial;
    }
    return alternations;
  }

  private long pauseNanos() {
    if (dials.size() < 2) {
      return LEAST_PAUSE_NANOS;
    }
    long all = dials.getLast().atNanos() - dials.getFirst().atNanos();
    return Math.max(LEAST_PAUSE_NANOS, TIMES_THE_USUAL * all / (dials.size() - 1));
  }

  private static boolean worked(Ended dial) {
    return dial.how() == ConnectEnd.CONNECTED;
  }
}
