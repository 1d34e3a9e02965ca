package dev.holdfast.examples;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the user asked for.
 *
 * @param job what to do
 * @param help only the usage
 * @param json where the figures go, if anywhere
 * @param html where the page goes, if anywhere
 */
record CommandLine(Job job, boolean help, @Nullable Path json, @Nullable Path html) {
  static final String USAGE =
      """
      usage: examples/run [main | in-flight | incidents] [--json FILE] [--html FILE] [--help]
             examples/run plan | doctor | sockets, see --help of each

        main         the same workload on plain Lettuce (bare) and with Holdfast (guarded), side by
                     side, against a real Redis behind a middlebox that forgets idle flows.
                     Takes about a minute. This is the default.
        in-flight    calls run on the server, their replies are lost, the connection ends: the bare
                     client runs them twice, the guarded one reports them as ambiguous.
        incidents    the five incidents Holdfast was made for, each bare and guarded on one network
                     with a real kernel's conntrack and nftables (Linux; no root needed where user
                     namespaces are allowed). Takes about two minutes.
        plan         the plan, or all conflicts, of a path that you declare.
        doctor       what is unsafe in this host's and a server's settings, and why.
        sockets      the pool over plain sockets: no client library, no call lost though the server
                     closes its connections. Takes seconds.

        --json FILE  also write the figures as JSON
        --html FILE  also write one self-contained page with a picture of ages against limits
        --help       print this

      exit code: 0 the guarded client was clean (no error, no duplicate, no false success)
                 1 it was not, or the run could not be made
                 2 the command line is wrong
      """;

  static CommandLine parse(List<String> args) throws UsageException {
    Job job = Job.MAIN;
    boolean help = false;
    Path json = null;
    Path html = null;
    Iterator<String> rest = args.iterator();
    boolean first = true;
    while (rest.hasNext()) {
      String arg = rest.next();
      if (first && !arg.startsWith("-")) {
        job = Job.named(arg);
      } else {
        switch (arg) {
          case "--help", "-h" -> help = true;
          case "--json" -> json = file(arg, json, rest);
          case "--html" -> html = file(arg, html, rest);
          default -> throw new UsageException("unknown option: " + arg);
        }
      }
      first = false;
    }
    return new CommandLine(job, help, json, html);
  }

  private static Path file(String option, @Nullable Path before, Iterator<String> rest)
      throws UsageException {
    if (before != null) {
      throw new UsageException(option + " is given twice");
    }
    if (!rest.hasNext()) {
      throw new UsageException(option + " needs a file name");
    }
    String name = rest.next();
    if (name.isEmpty() || name.startsWith("--")) {
      throw new UsageException(option + " needs a file name, not '" + name + "'");
    }
    Path file = Path.of(name).toAbsolutePath();
    Path parent = file.getParent();
    // Found out now rather than after a minute's run.
    if (parent == null || !Files.isDirectory(parent) || Files.isDirectory(file)) {
      throw new UsageException(option + " cannot be written: " + file);
    }
    return file;
  }
}
