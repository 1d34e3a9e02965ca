package dev.holdfast.redis;

import io.lettuce.core.RedisCommandExecutionException;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * What may be said of an error: its code, if it is one of Redis's own, and the classes it came in.
 * Texts are never quoted: that of the server may name a user, that of a credentials provider, a
 * resolver or a codec anything.
 */
final class ServerError {

  private static final Set<String> CODES =
      Set.of(
          "WRONGPASS",
          "NOAUTH",
          "NOPERM",
          "DENIED",
          "LOADING",
          "MASTERDOWN",
          "BUSY",
          "NOPROTO",
          "READONLY",
          "MISCONF",
          "CLUSTERDOWN",
          "MOVED",
          "ASK",
          "TRYAGAIN",
          "OOM",
          "NOREPLICAS",
          "EXECABORT",
          "WRONGTYPE",
          "NOSCRIPT",
          "BUSYGROUP",
          "NOGROUP",
          "UNKILLABLE");

  /** Errors of the general code that a handshake meets; none holds a word of the user's. */
  private static final List<String> GENERAL =
      List.of(
          "ERR max number of clients reached",
          "ERR Client sent AUTH, but no password is set",
          "ERR AUTH <password> called without any password configured",
          "ERR invalid password",
          "ERR DB index is out of range",
          "ERR invalid DB index",
          "ERR unknown command");

  private ServerError() {}

  /** The code of the server's error among the causes of a failure; null if there is none. */
  static @Nullable String code(Throwable failure) {
    int depth = 0;
    for (Throwable at = failure; at != null && depth < 16; at = at.getCause(), depth++) {
      if (at instanceof RedisCommandExecutionException refused) {
        return code(String.valueOf(refused.getMessage()));
      }
    }
    return null;
  }

  private static String code(String text) {
    String first = text.split(" ", 2)[0];
    if (CODES.contains(first)) {
      return first;
    }
    return GENERAL.stream()
        .filter(known -> text.regionMatches(true, 0, known, 0, known.length()))
        .findFirst()
        .orElse("ERR");
  }

  /** Classes of a failure and its causes, the outermost first, and the server's code. */
  static String classes(Throwable failure) {
    StringJoiner classes = new StringJoiner(", by ");
    Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    for (Throwable at = failure; at != null && seen.add(at); at = at.getCause()) {
      boolean ours = at.getClass().getName().startsWith("dev.holdfast.");
      String name = at.getClass().getName();
      classes.add(ours ? name + ": " + at.getMessage() : name);
    }
    String code = code(failure);
    return code == null ? classes.toString() : classes + " (" + code + ")";
  }
}
