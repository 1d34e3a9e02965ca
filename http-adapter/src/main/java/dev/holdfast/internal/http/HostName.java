package dev.holdfast.internal.http;

import io.netty.util.NetUtil;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Hosts as text: in URLs, and in settings that stand for one or for all of a domain. */
final class HostName {

  /** What a setting for all hosts of a domain begins with. */
  static final String ANY_OF = "*";

  private static final Pattern NAMED =
      Pattern.compile(
          "((?:\\*\\.)?[\\p{L}\\p{N}_](?:[\\p{L}\\p{N}._-]*[\\p{L}\\p{N}_])?)(?::(\\d{1,5}))?");
  private static final Pattern IN_BRACKETS = Pattern.compile("\\[([0-9a-f:.]+)](?::(\\d{1,5}))?");
  private static final Pattern IPV6 = Pattern.compile("[0-9a-f]*:[0-9a-f:.]*:[0-9a-f:.]*");

  private HostName() {}

  /** A host as it is compared: RFC 3986, section 6.2.2.1, and without what DNS ignores. */
  static String plain(String host) {
    String lower = host.toLowerCase(Locale.ROOT);
    boolean bracketed = lower.startsWith("[") && lower.endsWith("]");
    String bare = bracketed ? lower.substring(1, lower.length() - 1) : lower;
    byte @Nullable [] address = NetUtil.createByteArrayFromIpAddressString(bare);
    if (address != null) {
      return NetUtil.bytesToIpAddress(address); // an address has more than one spelling
    }
    return bare.endsWith(".") ? bare.substring(0, bare.length() - 1) : bare;
  }

  static String join(String plain, int port) {
    return (plain.indexOf(':') < 0 ? plain : '[' + plain + ']') + ':' + port;
  }

  /**
   * Reads a setting.
   *
   * @return the key under which {@link #plain} or {@link #join} finds it
   * @throws IllegalArgumentException if it is no host
   */
  static String pattern(String text) {
    String given = Objects.requireNonNull(text, "hosts").strip().toLowerCase(Locale.ROOT);
    if (IPV6.matcher(given).matches()) {
      return plain(given);
    }
    Matcher parts = IN_BRACKETS.matcher(given);
    if (!parts.matches()) {
      parts = NAMED.matcher(given.endsWith(".") ? given.substring(0, given.length() - 1) : given);
    }
    if (!parts.matches() || !isPort(parts.group(2))) {
      throw new IllegalArgumentException(
          "host is '%s'; it must be a host as in the URL, without scheme, path and user, with or"
                  .formatted(text)
              + " without a port of 1 to 65535, or all hosts of a domain (RFC 3986, section"
              + " 3.2). Fix: write api.example.com, api.example.com:8443, [2001:db8::7]:443 or"
              + " *.example.com");
    }
    String host = plain(parts.group(1));
    return parts.group(2) == null ? host : join(host, Integer.parseInt(parts.group(2)));
  }

  private static boolean isPort(@Nullable String digits) {
    if (digits == null) {
      return true;
    }
    int port = Integer.parseInt(digits);
    return port >= 1 && port <= 65_535;
  }
}
