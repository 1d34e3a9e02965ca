package dev.holdfast.examples;

import dev.holdfast.examples.Finding.Level;
import dev.holdfast.internal.wire.HostCounters;
import java.io.PrintStream;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;

/** Examines this host and one server, and says what is unsafe and why. */
final class DoctorJob {
  static final String USAGE =
      """
      usage: examples/run doctor HOST:PORT

        Reads this host's TCP settings and counters, and asks the server for its own limits where it
        tells them: Redis its settings, an HTTP server its Keep-Alive header. Needs no privileges,
        uses no credentials, changes nothing.

      exit code: 0 nothing unsafe was found, 1 something was, 2 the command line is wrong
      """;

  private DoctorJob() {}

  static int run(List<String> args, PrintStream out) throws UsageException {
    if (args.contains("--help") || args.contains("-h")) {
      out.print(USAGE);
      return 0;
    }
    if (args.size() != 1) {
      throw new UsageException("doctor needs HOST:PORT, and nothing else");
    }
    String address = args.get(0);
    int colon = address.lastIndexOf(':');
    int port = colon < 1 ? 0 : port(address.substring(colon + 1));
    if (port < 1 || port > 65_535) {
      throw new UsageException("not a HOST:PORT: '" + address + "'");
    }
    String host = address.substring(0, colon).replace("[", "").replace("]", "");
    HostCounters counters = HostCounters.ofThisHost();
    Doctor doctor = new Doctor(counters::setting, counters.read(), interfaces());
    ServerFacts server = new ServerQuestion(host, port).ask();
    List<Finding> findings = new ArrayList<>();
    out.println("server " + address + " (" + server.protocol() + ")");
    findings.addAll(print(doctor.onServer(server), out));
    out.println("this host");
    findings.addAll(print(doctor.onHost(), out));
    return findings.stream().anyMatch(finding -> finding.level() == Level.UNSAFE) ? 1 : 0;
  }

  private static List<String> interfaces() {
    try {
      return NetworkInterface.networkInterfaces()
          .map(NetworkInterface::getName)
          .filter(name -> !name.equals("lo"))
          .toList();
    } catch (SocketException notShown) {
      return List.of();
    }
  }

  private static int port(String text) throws UsageException {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new UsageException("not a whole number: '" + text + "'");
    }
  }

  private static List<Finding> print(List<Finding> findings, PrintStream out) {
    findings.forEach(finding -> out.println("  " + finding.line()));
    return findings;
  }
}
