package dev.holdfast.redis;

import io.lettuce.core.api.StatefulConnection;
import java.time.Instant;
import java.util.List;
import java.util.function.Predicate;

/**
 * A connection whose session was more than a plain one has been replaced: a subscriber's, a
 * client-side cache's, one with settings of its own. What its server said in between, messages and
 * invalidations, did not arrive: empty the cache, read again what the messages were about.
 * Immutable; carries no key, value, address or credential.
 */
public final class SessionReplacedEvent {

  private final String guard;
  private final Predicate<StatefulConnection<?, ?>> connection;
  private final boolean listened;
  private final Instant silentFrom;
  private final Instant silentUntil;
  private final List<String> rearmed;
  private final List<String> lost;

  SessionReplacedEvent(
      String guard,
      Predicate<StatefulConnection<?, ?>> connection,
      LostSession session,
      Instant silentUntil,
      List<String> rearmed,
      List<String> lost) {
    this.guard = guard;
    this.connection = connection;
    this.listened = session.listened();
    this.silentFrom = session.silentSince();
    this.silentUntil = silentUntil;
    this.rearmed = List.copyOf(rearmed);
    this.lost = List.copyOf(lost);
  }

  /**
   * The guard.
   *
   * @return its name
   */
  public String guard() {
    return guard;
  }

  /**
   * Which connection it is.
   *
   * @param asked a connection of a client of this guard
   * @return true for the one that was replaced
   * @throws IllegalArgumentException if the connection has no single channel, as a cluster
   *     connection
   * @throws IllegalStateException if the guard is not installed in the connection's client
   */
  public boolean isOf(StatefulConnection<?, ?> asked) {
    return connection.test(asked);
  }

  /**
   * Whether the server may have said something unasked: the connection was subscribed, tracked keys
   * or monitored.
   *
   * @return true if messages may be missing
   */
  public boolean listened() {
    return listened;
  }

  /**
   * From when on.
   *
   * @return the last moment at which the connection is known to have been heard
   */
  public Instant silentFrom() {
    return silentFrom;
  }

  /**
   * Until when. Subscriptions and settings are made again right after.
   *
   * @return the moment at which the new connection was ready
   */
  public Instant silentUntil() {
    return silentUntil;
  }

  /**
   * What the guard has made again, ahead of every other command: {@code CLIENT TRACKING}, {@code
   * NO-EVICT}, {@code NO-TOUCH}. Subscriptions, the database, the name and the user are Lettuce's
   * own business.
   *
   * @return the settings, in their order
   */
  public List<String> rearmed() {
    return rearmed;
  }

  /**
   * What the session had and has no more.
   *
   * @return empty if nothing
   */
  public List<String> lost() {
    return lost;
  }

  @Override
  public String toString() {
    return "%s: session replaced, %s %s to %s; made again %s; lost %s"
        .formatted(
            guard,
            listened ? "messages may be missing from" : "not heard from",
            silentFrom,
            silentUntil,
            rearmed,
            lost);
  }
}
