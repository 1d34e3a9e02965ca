package dev.holdfast.internal.http;

import dev.holdfast.retry.ReplaySafety;
import java.util.Locale;
import java.util.Set;

/**
 * Which requests may be sent again although the first may have run. By the method (RFC 9110,
 * sections 9.2.1 and 9.2.2), by an {@code Idempotency-Key} header, or because the caller says so.
 * Pure.
 */
public final class RequestSafety {

  /** The header by which a client asks a server to run a request once. */
  public static final String IDEMPOTENCY_KEY = "Idempotency-Key";

  private static final Set<String> SAFE = Set.of("GET", "HEAD", "OPTIONS", "TRACE");
  private static final Set<String> IDEMPOTENT = Set.of("PUT", "DELETE");
  private static final Set<String> OTHERS = Set.of("POST", "PATCH", "CONNECT");

  private RequestSafety() {}

  /**
   * Judges one request.
   *
   * @param method as sent; methods are case-sensitive, so {@code get} is not {@code GET}
   * @param keyed whether it carries an {@code Idempotency-Key} that is not blank
   * @param marked whether the caller says that it may be sent twice
   * @return {@link ReplaySafety#UNSAFE} for whatever is not known
   */
  public static ReplaySafety of(String method, boolean keyed, boolean marked) {
    if (keyed || marked || SAFE.contains(method)) {
      return ReplaySafety.SAFE;
    }
    return IDEMPOTENT.contains(method) ? ReplaySafety.STATE_IDEMPOTENT : ReplaySafety.UNSAFE;
  }

  /**
   * The method as a meter tag or in a message: a caller can make any up, so only those of RFC 9110
   * and {@code PATCH} are named.
   *
   * @param method as sent
   * @return the method, or {@code OTHER}
   */
  public static String name(String method) {
    String upper = method.toUpperCase(Locale.ROOT);
    boolean known = SAFE.contains(upper) || IDEMPOTENT.contains(upper) || OTHERS.contains(upper);
    return known ? upper : "OTHER";
  }
}
