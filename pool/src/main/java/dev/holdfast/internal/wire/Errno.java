package dev.holdfast.internal.wire;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.Errors;
import java.net.NoRouteToHostException;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The errors of sockets that are told apart, by their number where one is to be had: Netty writes
 * it into its messages, and Java has classes for some. Else by the text of {@code strerror}, which
 * is that of the host's language ({@code LC_MESSAGES}): it is asked for once, beside the English
 * one.
 */
public enum Errno {
  /** A write after the peer's FIN was answered by a reset. */
  EPIPE(32, "Broken pipe"),
  /** No port is free for a bind. */
  EADDRINUSE(98, "Address already in use"),
  /** No port is free for a connect, or the source address is not this host's. */
  EADDRNOTAVAIL(99, "Cannot assign requested address"),
  /** No route to the network. */
  ENETUNREACH(101, "Network is unreachable"),
  /** An RST was read. */
  ECONNRESET(104, "Connection reset"),
  /** The kernel gave up. */
  ETIMEDOUT(110, "timed out"),
  /** An RST answered the SYN. */
  ECONNREFUSED(111, "Connection refused"),
  /** No route to the host. */
  EHOSTUNREACH(113, "No route to host");

  private static final Pattern NUMBER = Pattern.compile("\\berror\\(-?(\\d{1,4})\\)");

  private static final boolean LINUX =
      System.getProperty("os.name", "").toLowerCase(Locale.ROOT).contains("linux");

  /** This host's language. */
  private static final class Local {
    private static final Map<Errno, String> TEXTS = texts();

    private static Map<Errno, String> texts() {
      Map<Errno, String> texts = new EnumMap<>(Errno.class);
      for (Errno errno : values()) {
        texts.put(errno, strerror(errno.linux));
      }
      return texts;
    }

    private static String strerror(int number) {
      try {
        if (LINUX && Epoll.isAvailable()) {
          String text = String.valueOf(Errors.newIOException("", -number).getMessage());
          return text.substring(text.lastIndexOf(": ") + 1).strip();
        }
      } catch (RuntimeException | LinkageError notThere) {
        // English, then
      }
      return "";
    }
  }

  private final int linux;
  private final String english;

  Errno(int linux, String english) {
    this.linux = linux;
    this.english = english;
  }

  /**
   * Finds the error that a socket's exception stands for.
   *
   * @param failure what connect, read or write threw
   * @return the error; empty if it is none of these
   */
  public static Optional<Errno> of(Throwable failure) {
    if (failure instanceof NoRouteToHostException) {
      return Optional.of(EHOSTUNREACH);
    }
    return of(String.valueOf(failure.getMessage()));
  }

  /**
   * Finds the error by what is written of it.
   *
   * @param message of an exception that a socket threw
   * @return the error; empty if it is none of these
   */
  public static Optional<Errno> of(String message) {
    return in(message, Local.TEXTS);
  }

  static Optional<Errno> in(String message, Map<Errno, String> local) {
    Matcher number = NUMBER.matcher(message);
    if (LINUX && number.find()) {
      int found = Integer.parseInt(number.group(1));
      for (Errno errno : values()) {
        if (errno.linux == found) {
          return Optional.of(errno);
        }
      }
      return Optional.empty();
    }
    for (Errno errno : values()) {
      String text = local.getOrDefault(errno, "");
      if (message.contains(errno.english) || (!text.isEmpty() && message.contains(text))) {
        return Optional.of(errno);
      }
    }
    return Optional.empty();
  }
}
