package dev.holdfast.internal.usage;

import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * An endpoint declared long-lived behaves as if it were short-lived.
 *
 * @param opensPerSecond connections opened, over the window that gave it away
 * @param closesPerSecond connections closed, over the same window
 * @param medianAge age at close, within a factor of the square root of two
 * @param localShare the part of the closes that this side began; its {@code TIME_WAIT} is here
 * @param returnedShare the part of the closes that were asked for and turned into a return: counted
 *     as opened and as closed by this side, though nothing was on the wire
 * @param sites who closes, most often first; estimated from samples
 * @param window over which it was seen
 * @param limitPerSecond the rate above which it is churn
 */
public record Churn(
    double opensPerSecond,
    double closesPerSecond,
    Duration medianAge,
    double localShare,
    double returnedShare,
    List<Site> sites,
    Duration window,
    double limitPerSecond) {

  /**
   * A place that closes connections.
   *
   * @param callSite class, method, file and line
   * @param samples how often a sampled close came from there
   */
  public record Site(String callSite, int samples) {}

  /**
   * Copies the list.
   *
   * @param opensPerSecond connections opened
   * @param closesPerSecond connections closed
   * @param medianAge age at close
   * @param localShare the part of the closes that this side began
   * @param returnedShare the part that were turned into a return
   * @param sites who closes
   * @param window over which it was seen
   * @param limitPerSecond the rate above which it is churn
   */
  public Churn {
    sites = List.copyOf(sites);
  }

  /**
   * One line for logs.
   *
   * @return rates, age, who closes
   */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%.1f connects/s over %d s, more than %.2f/s, closed at a median age of %d ms, %.0f %% by"
            + " this side%s",
        opensPerSecond,
        window.toSeconds(),
        limitPerSecond,
        medianAge.toMillis(),
        100 * localShare,
        sites.isEmpty() ? "" : ", most often at " + sites.get(0).callSite());
  }
}
