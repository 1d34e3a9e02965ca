package dev.holdfast.benchmarks.exchange;

import java.util.List;
import java.util.Random;

/**
 * One call, or what a caller does between calls.
 *
 * @param number of the step, in the path of its request
 * @param origin the server asked: A or B in plain text, S with TLS, N is nginx, NS nginx with TLS
 * @param kind what the server does, see {@link Answers}
 * @param bodyLength negative if there is no body
 * @param expect whether the body waits to be asked for
 */
record Step(
    int number,
    String origin,
    String kind,
    String method,
    int bodyLength,
    Body body,
    boolean expect,
    Act act) {

  /** How a body is handed over. */
  enum Body {
    REPEATABLE,
    STREAMED,
    CHUNKED,
    WITH_TRAILERS,
    /** The caller's own stream fails in its middle. */
    FAILS
  }

  /** What the caller does. */
  enum Act {
    READS,
    READS_PART,
    READS_NOTHING,
    ABORTS_IN_BODY,
    /** Keeps the answer open while later steps run. */
    KEEPS,
    /** Closes what was kept. */
    CLOSES_KEPT,
    /** Aborts from another thread once the server has the request. */
    ABORTS_WAITING,
    ABORTS_BEFORE,
    /** Is interrupted before the call. */
    INTERRUPTED,
    /** Lets the pool close what is idle. */
    CLOSES_IDLE,
    PAUSES
  }

  private static final List<String> KINDS =
      List.of(
          "plain",
          "plain",
          "plain",
          "plain",
          "plain",
          "plain",
          "chunked",
          "trailers",
          "gzip",
          "gzipchunks",
          "empty",
          "unchanged",
          "hints",
          "interims",
          "cookie",
          "kept",
          "missing",
          "closed",
          "closes",
          "old",
          "oldkept",
          "cut",
          "cutchunk",
          "busy",
          "basic",
          "digest",
          "early",
          "hasty",
          "stall",
          "slow",
          "redirect",
          "redirect",
          "redirect");

  private static final List<String> METHODS =
      List.of("GET", "GET", "GET", "HEAD", "OPTIONS", "POST", "POST", "PUT", "DELETE", "PATCH");

  /** A handshake takes longer than many exchanges: most are in plain text. */
  private static final List<String> ORIGINS =
      List.of("A", "A", "A", "A", "A", "A", "A", "B", "B", "B", "N", "N", "S", "NS");

  private static final List<String> ENDS =
      List.of("plain", "plain", "chunked", "gzip", "missing", "digest", "closed", "hints", "early");

  /** Of those that let a time-out run its course. */
  private static final int SLOW_KEPT = 4;

  static Step random(int number, Random random, Setting setting) {
    String method = METHODS.get(random.nextInt(METHODS.size()));
    boolean body = method.startsWith("P");
    String kind = kind(random, setting);
    String origin = ORIGINS.get(random.nextInt(ORIGINS.size()));
    if (origin.startsWith("N") && setting.proxy() != Setting.Proxy.NONE) {
      origin = "A";
    }
    Body how = Body.values()[Math.max(0, random.nextInt(9) - 4)];
    Act act = act(random, kind);
    if (origin.startsWith("N") && how == Body.FAILS) {
      how = Body.STREAMED; // it answers what it has not read, or not
    }
    if (act == Act.ABORTS_WAITING && (origin.startsWith("N") || how == Body.FAILS)) {
      act = Act.READS; // nginx answers it, and the other never arrives
    }
    return new Step(
        number,
        origin,
        kind,
        method,
        body ? random.nextInt(5) * random.nextInt(9_000) : -1,
        how,
        body && random.nextInt(4) == 0,
        act);
  }

  /** A call of a connection that has been idle. */
  static Step afterPause(int number, Random random, String origin) {
    String method = METHODS.get(random.nextInt(METHODS.size()));
    String kind = List.of("plain", "chunked", "trailers", "hints").get(random.nextInt(4));
    int length = method.startsWith("P") ? random.nextInt(2_000) : -1;
    return new Step(number, origin, kind, method, length, Body.REPEATABLE, false, Act.READS);
  }

  static Step pause(int number) {
    return new Step(number, "A", "none", "none", -1, Body.REPEATABLE, false, Act.PAUSES);
  }

  private static String kind(Random random, Setting setting) {
    String kind = KINDS.get(random.nextInt(KINDS.size()));
    boolean waits = kind.equals("slow") || kind.equals("stall");
    if (waits && random.nextInt(SLOW_KEPT) > 0) {
      return "plain";
    }
    if (kind.equals("busy") && setting.retries() == Setting.Retries.CLIENTS) {
      return "plain"; // its rule waits for a second
    }
    if (!kind.equals("redirect")) {
      return kind;
    }
    StringBuilder all = new StringBuilder();
    for (int hops = 1 + random.nextInt(3); hops > 0; hops--) {
      all.append(List.of(301, 302, 303, 307, 308).get(random.nextInt(5)));
      all.append(List.of("", "", "", "@A", "@A", "@B", "@B", "@S").get(random.nextInt(8)))
          .append('.');
    }
    return all.append(ENDS.get(random.nextInt(ENDS.size()))).toString();
  }

  private static Act act(Random random, String kind) {
    if (kind.equals("slow")) {
      return random.nextBoolean() ? Act.ABORTS_WAITING : Act.READS;
    }
    if (kind.equals("stall")) {
      return Act.READS;
    }
    return switch (random.nextInt(40)) {
      case 0, 1, 2 -> Act.READS_PART;
      case 3, 4, 5 -> Act.READS_NOTHING;
      case 6 -> Act.ABORTS_IN_BODY;
      case 7 -> Act.KEEPS;
      case 8, 9 -> Act.CLOSES_KEPT;
      case 10 -> Act.ABORTS_BEFORE;
      case 11 -> Act.INTERRUPTED;
      case 12 -> Act.CLOSES_IDLE;
      default -> Act.READS;
    };
  }
}
