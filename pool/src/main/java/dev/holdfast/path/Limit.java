package dev.holdfast.path;

import java.time.Duration;
import java.util.Comparator;

/**
 * One idle limit on the path, of a hop or of the server.
 *
 * @param name who has it
 * @param idle after how long
 * @param clock what resets it
 * @param keptByKeepAlive whether answered keepalives of this host reset all of it
 * @param source where the number comes from
 */
record Limit(String name, Duration idle, IdleClock clock, boolean keptByKeepAlive, String source) {

  static final Comparator<Limit> TIGHTEST = Comparator.comparing(Limit::idle);

  String cited() {
    return name + ": " + source;
  }
}
