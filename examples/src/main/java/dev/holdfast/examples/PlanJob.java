package dev.holdfast.examples;

import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.PathConflictException;
import dev.holdfast.path.PathWords;
import dev.holdfast.path.RequestedSettings;
import dev.holdfast.path.ServerLimits;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** Prints the plan of a path declared on the command line, or all its conflicts. */
final class PlanJob {
  static final String USAGE =
      """
      usage: examples/run plan --server NAME[:KEY=VALUE,...] [--hop NAME[:KEY=VALUE,...]]... [SETTING]...

        --server     a server preset (redis, nginx, tomcat, ...) or a name of your own; keys:
                     timeout, advertised, max-age, max-requests, clock
        --hop        each hop, the client's side first: a preset (aws-nlb, linux-conntrack, ...) or
                     a name of your own; keys: idle, unacknowledged, clock (any-segment, payload,
                     request), expiry (silent, rst, fin), terminates (true, false)

        --rtt TIME --slop TIME --lost-probes NUMBER                         of the path
        --keepalive TIME --keepalive-interval TIME --keepalive-count NUMBER what you fixed yourself
        --ping TIME --no-ping --max-idle TIME --max-lifetime TIME --user-timeout TIME

        a TIME is 250ms, 30s, 5m, 2h or 1d

      example: examples/run plan --server redis:timeout=300s --hop aws-nlb --hop linux-conntrack --keepalive 2h

      exit code: 0 there is a plan, 1 the path contradicts itself, 2 the command line is wrong
      """;

  private PlanJob() {}

  static int run(List<String> args, PrintStream out) throws UsageException {
    if (args.contains("--help") || args.contains("-h")) {
      out.print(USAGE);
      return 0;
    }
    ServerLimits server = null;
    List<String> hops = new ArrayList<>();
    RequestedSettings asked = RequestedSettings.none();
    List<List<String>> ofThePath = new ArrayList<>();
    Iterator<String> rest = args.iterator();
    try {
      while (rest.hasNext()) {
        String option = rest.next();
        switch (option) {
          case "--server" -> server = PathWords.server(value(option, rest));
          case "--hop" -> hops.add(value(option, rest));
          case "--rtt", "--slop", "--lost-probes" ->
              ofThePath.add(List.of(option, value(option, rest)));
          case "--no-ping" -> asked = asked.withoutPing();
          default -> asked = setting(asked, option, rest);
        }
      }
      if (server == null) {
        throw new UsageException("plan needs --server: its idle timeout bounds everything");
      }
      NetworkPath path = NetworkPath.to(server);
      for (String hop : hops) {
        path = path.through(PathWords.hop(hop));
      }
      for (List<String> each : ofThePath) {
        path = tuned(path, each.get(0), each.get(1));
      }
      out.println(path.plan(asked).explain());
      return 0;
    } catch (PathConflictException e) {
      out.println(e.getMessage());
      return 1;
    } catch (IllegalArgumentException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    }
  }

  private static NetworkPath tuned(NetworkPath path, String option, String value)
      throws UsageException {
    return switch (option) {
      case "--rtt" -> path.rtt(PathWords.time(value));
      case "--slop" -> path.schedulingSlop(PathWords.time(value));
      default -> path.lostProbes(PathWords.number(value));
    };
  }

  private static RequestedSettings setting(
      RequestedSettings asked, String option, Iterator<String> rest) throws UsageException {
    return switch (option) {
      case "--keepalive" -> asked.keepAliveIdle(PathWords.time(value(option, rest)));
      case "--keepalive-interval" -> asked.keepAliveInterval(PathWords.time(value(option, rest)));
      case "--keepalive-count" -> asked.keepAliveCount(PathWords.number(value(option, rest)));
      case "--ping" -> asked.pingPeriod(PathWords.time(value(option, rest)));
      case "--max-idle" -> asked.maxIdle(PathWords.time(value(option, rest)));
      case "--max-lifetime" -> asked.maxLifetime(PathWords.time(value(option, rest)));
      case "--user-timeout" -> asked.userTimeout(PathWords.time(value(option, rest)));
      default -> throw new UsageException("unknown option: " + option);
    };
  }

  private static String value(String option, Iterator<String> rest) throws UsageException {
    if (!rest.hasNext()) {
      throw new UsageException(option + " needs a value");
    }
    return rest.next();
  }
}
