package dev.holdfast.examples;

/**
 * One thing the doctor looked at.
 *
 * @param level how bad
 * @param what the setting and its value
 * @param why what follows from it
 * @param fix what to change; empty if nothing
 */
record Finding(Level level, String what, String why, String fix) {

  enum Level {
    UNSAFE,
    NOTE,
    OK,
    UNKNOWN
  }

  String line() {
    String change = fix.isEmpty() ? "" : " Fix: " + fix + ".";
    return "%-8s%s: %s.%s".formatted(level, what, why, change);
  }
}
