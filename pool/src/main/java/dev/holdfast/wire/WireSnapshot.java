package dev.holdfast.wire;

import java.time.Duration;

/**
 * One reading of {@code TCP_INFO}, immutable, so that an event loop can publish it to other
 * threads. Field names follow {@code struct tcp_info} in Linux' {@code include/uapi/linux/tcp.h}.
 *
 * <p>Behind a proxy or another hop that terminates TCP every field speaks of that hop, not of the
 * server.
 *
 * @param source who read it; with {@link WireSource#NONE} every other field is zero
 * @param takenAtNanos {@link System#nanoTime()} of the reading
 * @param state {@code tcpi_state}: 1 is ESTABLISHED, 8 CLOSE_WAIT ({@code net/tcp_states.h})
 * @param unacked segments sent and not yet acknowledged
 * @param retransmits unanswered retransmission timeouts in a row; an acknowledgement resets it
 * @param probes unanswered keepalive or zero-window probes in a row
 * @param backoff doublings applied to {@code rtoMicros}
 * @param rtoMicros retransmission timeout, microseconds, doublings included
 * @param rttMicros smoothed round trip, microseconds
 * @param lastDataRecvMillis milliseconds since payload last arrived
 * @param lastAckRecvMillis milliseconds since an acknowledgement last arrived; counts from the
 *     previous one, so it is large right after the first write of a long idle connection
 * @param lastDataSentMillis milliseconds since payload was last sent, retransmissions included
 * @param totalRetrans retransmitted segments over the connection's life
 */
public record WireSnapshot(
    WireSource source,
    long takenAtNanos,
    int state,
    long unacked,
    int retransmits,
    int probes,
    int backoff,
    long rtoMicros,
    long rttMicros,
    long lastDataRecvMillis,
    long lastAckRecvMillis,
    long lastDataSentMillis,
    long totalRetrans) {

  /** {@code TCP_ESTABLISHED} of {@code net/tcp_states.h}. */
  public static final int ESTABLISHED = 1;

  /** {@code TCP_CLOSE_WAIT} of {@code net/tcp_states.h}: the peer's FIN has arrived. */
  public static final int CLOSE_WAIT = 8;

  /**
   * The snapshot of a connection the kernel cannot be asked about.
   *
   * @param nowNanos {@link System#nanoTime()}
   * @return a snapshot with source {@link WireSource#NONE}
   */
  public static WireSnapshot none(long nowNanos) {
    return new WireSnapshot(WireSource.NONE, nowNanos, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
  }

  /**
   * The retransmission timeout before any doubling.
   *
   * @return the base timeout; zero with source {@link WireSource#NONE}
   */
  public Duration baseRto() {
    return Duration.ofNanos((rtoMicros >> backoff) * 1_000);
  }

  /**
   * The fields that serve as evidence, in one line, without addresses or payload.
   *
   * @return for example {@code unacked=1 retransmits=3 probes=0 lastAckRecv=1403ms}
   */
  public String evidence() {
    return source == WireSource.NONE
        ? "wire=none"
        : "state=%d unacked=%d retransmits=%d probes=%d lastAckRecv=%dms lastDataRecv=%dms lastDataSent=%dms"
            .formatted(
                state,
                unacked,
                retransmits,
                probes,
                lastAckRecvMillis,
                lastDataRecvMillis,
                lastDataSentMillis);
  }
}
