package dev.holdfast.internal.socket;

import dev.holdfast.internal.dial.SecondOpinions;
import dev.holdfast.internal.report.DiagnosisReporter;
import dev.holdfast.internal.report.GuardMeters;
import dev.holdfast.internal.wire.HostCounters;
import java.util.concurrent.ScheduledExecutorService;

/**
 * What all sockets of a guard share. Thread-safe.
 *
 * @param settings of the guard
 * @param meters where connections are counted
 * @param deaths where their ends are told
 * @param names that connections were dialled by
 * @param timer the guard's own thread
 * @param watch looks at connections on which somebody waits
 * @param opinions what fresh connections tell of a path
 * @param hostKeepAliveSeconds {@code net.ipv4.tcp_keepalive_time}: a socket that has it as its idle
 *     time was given none
 */
public record SocketParts(
    SocketSettings settings,
    GuardMeters meters,
    ConnectionDeaths deaths,
    DialledNames names,
    ScheduledExecutorService timer,
    FlightWatch watch,
    SecondOpinions opinions,
    long hostKeepAliveSeconds)
    implements AutoCloseable {

  /** Linux' default {@code net.ipv4.tcp_keepalive_time}. */
  private static final long DEFAULT_KEEPALIVE_SECONDS = 7_200;

  /**
   * The parts of a new guard.
   *
   * @param settings of the guard
   * @param meters of the guard
   * @param reporter of the guard
   * @return the parts, with a thread of their own that runs while there is something to do
   */
  public static SocketParts of(
      SocketSettings settings, GuardMeters meters, DiagnosisReporter reporter) {
    ScheduledExecutorService timer = GuardThread.create(settings.name());
    SecondOpinions opinions = new SecondOpinions(settings.gate());
    FlightWatch watch = new FlightWatch(timer, opinions);
    settings.budgets().onWithheld(meters::withheld);
    return new SocketParts(
        settings,
        meters,
        new ConnectionDeaths(settings, meters, reporter, timer),
        new DialledNames(settings.nameLookUp(), watch::leave),
        timer,
        watch,
        opinions,
        HostCounters.ofThisHost()
            .number("net.ipv4.tcp_keepalive_time")
            .orElse(DEFAULT_KEEPALIVE_SECONDS));
  }

  /** Stops watching names and takes gauges away; connections that are open work on. */
  @Override
  public void close() {
    names.close();
    deaths.close();
    meters.close();
  }
}
