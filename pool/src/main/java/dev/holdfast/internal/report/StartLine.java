package dev.holdfast.internal.report;

import dev.holdfast.path.ConnectionPlan;
import dev.holdfast.path.PathWarning;
import io.netty.channel.epoll.Epoll;
import java.util.Collection;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/** What a guard says of itself, once, when it is built: what is in force, and what it can see. */
public final class StartLine {

  private StartLine() {}

  /**
   * Writes it at INFO.
   *
   * @param log the guard's
   * @param guard its name
   * @param client what it guards, with the version
   * @param plan what it goes by
   * @param wire where readings of a connection's kernel state come from
   */
  public static void say(
      Logger log, String guard, String client, ConnectionPlan plan, String wire) {
    log.info(
        "{}: Holdfast {} guards {}; {}; wire: {}", guard, version(), client, plan.inShort(), wire);
    warn(log, guard, plan.warnings());
    NettyJars.mixture().ifPresent(mixture -> log.warn("{}: {}", guard, mixture));
  }

  /**
   * Writes at INFO what some of its hosts have of their own.
   *
   * @param log the guard's
   * @param guard its name
   * @param hosts as they were declared
   * @param plan what their connections go by
   */
  public static void alsoFor(Logger log, String guard, String hosts, ConnectionPlan plan) {
    log.info("{}: for {}: {}", guard, hosts, plan.inShort());
    warn(log, guard + ": for " + hosts, plan.warnings());
  }

  /**
   * Warns of what a person should look at.
   *
   * @param log the guard's
   * @param guard its name
   * @param warnings of its plan and its settings
   */
  public static void warn(Logger log, String guard, Collection<PathWarning> warnings) {
    warnings.forEach(each -> log.warn("{}: {}", guard, each.message()));
  }

  /**
   * Whether Netty's channels can be asked for their kernel state on this host.
   *
   * @return for people
   */
  public static String nativeEpoll() {
    if (Epoll.isAvailable()) {
      return "TCP_INFO by native epoll";
    }
    return "none, no native epoll here ("
        + reason(Epoll.unavailabilityCause())
        + "): idle age, pings and close events protect, a slow server cannot be told from a silent"
        + " path";
  }

  private static String reason(@Nullable Throwable cause) {
    return cause == null ? "unknown" : String.valueOf(cause.getMessage());
  }

  private static String version() {
    String version = StartLine.class.getPackage().getImplementationVersion();
    return version == null ? "from classes" : version;
  }
}
