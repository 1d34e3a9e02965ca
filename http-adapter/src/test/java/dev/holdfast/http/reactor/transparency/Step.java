package dev.holdfast.http.reactor.transparency;

import java.util.List;
import java.util.Random;

/**
 * One call, or some at a time.
 *
 * @param number of the step, in the path of its request
 * @param server who is asked: RAW, or NETTY, or NGINX
 * @param kind what the server does
 * @param length of the request's body; negative if it has none
 */
record Step(
    int number,
    Server server,
    String kind,
    String method,
    int length,
    Body body,
    boolean expect,
    Act act) {

  /** Who answers. */
  enum Server {
    /** Scripted byte by byte, HTTP/1 only. */
    RAW,
    /** Speaks what the client speaks. */
    NETTY,
    NGINX
  }

  /** How a body is handed over. */
  enum Body {
    WHOLE,
    IN_PARTS,
    /** By a lambda that writes. */
    WRITTEN,
    FORM,
    /** The caller's own publisher fails in its middle. */
    FAILS
  }

  /** What the caller does. */
  enum Act {
    READS,
    READS_HEAD,
    READS_PART,
    READS_BY_CONNECTION,
    /** Fails of his own once he has the head. */
    FAILS,
    /** Has it retried once by his own operator. */
    RETRIES,
    CANCELS_WAITING,
    TIMES_OUT,
    RESPONSE_TIMEOUT,
    /** Three at a time. */
    THREE,
    PAUSES
  }

  private static final List<String> METHODS =
      List.of("GET", "GET", "GET", "HEAD", "OPTIONS", "POST", "POST", "PUT", "DELETE", "PATCH");

  private static final List<String> RAW_KINDS =
      List.of(
          "plain",
          "plain",
          "plain",
          "chunked",
          "trailers",
          "gzip",
          "empty",
          "unchanged",
          "cookie",
          "kept",
          "missing",
          "closed",
          "closes",
          "old",
          "cut",
          "cutchunk",
          "early",
          "babble",
          "emptylines",
          "slow",
          "ws");

  private static final List<String> NETTY_KINDS =
      List.of(
          "plain",
          "plain",
          "plain",
          "big",
          "trailers",
          "gzip",
          "empty",
          "missing",
          "parts",
          "slow",
          "wsserver",
          "wsclient",
          "aborted");

  static Step random(int number, Random random, Setting setting) {
    String method = METHODS.get(random.nextInt(METHODS.size()));
    boolean body = method.startsWith("P");
    int choice = random.nextInt(12);
    Server server =
        !setting.speaks().onlyHttp1() || setting.speaks() == Setting.Speaks.UNIX
            ? Server.NETTY
            : choice < 6 ? Server.RAW : Server.NETTY;
    if (server != Server.NETTY && choice == 5) {
      server = Server.NGINX;
    }
    String kind = kind(random, server);
    if (method.equals("HEAD") && (kind.startsWith("cut") || kind.equals("aborted"))) {
      kind = "missing"; // its answer is whole, and the connection would be closed unannounced
    }
    Act act = act(random, kind, setting);
    if (kind.startsWith("ws")) {
      method = "GET";
      body = false;
    }
    return new Step(
        number,
        server,
        kind,
        method,
        body ? random.nextInt(5) * random.nextInt(9_000) : -1,
        Body.values()[Math.max(0, random.nextInt(9) - 4)],
        body && random.nextInt(5) == 0,
        act);
  }

  private static String kind(Random random, Server server) {
    if (server == Server.NGINX) {
      return "plain";
    }
    if (random.nextInt(7) == 0) {
      StringBuilder all = new StringBuilder();
      for (int hops = 1 + random.nextInt(3); hops > 0; hops--) {
        all.append(List.of(301, 302, 303, 307, 308).get(random.nextInt(5)));
        all.append(random.nextInt(3) == 0 ? "@other." : ".");
      }
      return all + (random.nextBoolean() ? "plain" : "missing");
    }
    List<String> kinds = server == Server.RAW ? RAW_KINDS : NETTY_KINDS;
    String kind = kinds.get(random.nextInt(kinds.size()));
    return kind.equals("slow") && random.nextInt(5) > 0 ? "plain" : kind;
  }

  private static Act act(Random random, String kind, Setting setting) {
    int choice = random.nextInt(30);
    if (kind.equals("slow")) {
      return switch (choice % 3) {
        case 0 -> Act.CANCELS_WAITING;
        case 1 -> Act.TIMES_OUT;
        default -> Act.RESPONSE_TIMEOUT;
      };
    }
    if (kind.startsWith("ws")) {
      return Act.READS;
    }
    return switch (choice) {
      case 0, 1 -> Act.READS_HEAD;
      case 2, 3 -> Act.READS_PART;
      case 4, 5 -> Act.READS_BY_CONNECTION;
      case 6 -> Act.FAILS;
      case 7, 8 -> Act.RETRIES;
      case 9, 10, 11 -> kind.equals("plain") && !setting.speaks().tls() ? Act.THREE : Act.READS;
      default -> Act.READS;
    };
  }

  /** What follows a pause. */
  static Step afterPause(int number, Random random, Setting setting) {
    String method = METHODS.get(random.nextInt(METHODS.size()));
    boolean raw = setting.speaks() == Setting.Speaks.HTTP1;
    return new Step(
        number,
        raw ? Server.RAW : Server.NETTY,
        List.of("plain", "trailers").get(random.nextInt(2)),
        method,
        method.startsWith("P") ? random.nextInt(2_000) : -1,
        Body.values()[random.nextInt(4)],
        false,
        Act.READS);
  }

  static Step pause(int number) {
    return new Step(number, Server.NETTY, "", "", -1, Body.WHOLE, false, Act.PAUSES);
  }
}
