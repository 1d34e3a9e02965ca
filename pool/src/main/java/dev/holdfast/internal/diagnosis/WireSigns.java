package dev.holdfast.internal.diagnosis;

import java.time.Duration;

/**
 * What the last {@code TCP_INFO} reading before a death says. Behind a hop that terminates TCP it
 * speaks of that hop.
 *
 * @param unacked segments sent and not acknowledged
 * @param notSent whether data waits that was never sent, for want of window; Netty's {@code
 *     TCP_INFO} does not tell, a full socket does
 * @param retransmits unanswered retransmission timeouts in a row
 * @param probes unanswered keepalive or window probes in a row
 * @param sinceAck how long ago an acknowledgement last arrived
 * @param rtt the smoothed round trip; zero if unknown
 */
public record WireSigns(
    long unacked, Answer notSent, int retransmits, int probes, Duration sinceAck, Duration rtt) {

  /** Zero window: nothing unacknowledged although data waits. */
  Answer windowShut() {
    return Answer.of(unacked == 0).and(notSent);
  }

  String text() {
    return "unacked=%d%s retransmits=%d probes=%d lastAckRecv=%dms"
        .formatted(
            unacked,
            notSent == Answer.YES ? " notsent>0" : "",
            retransmits,
            probes,
            sinceAck.toMillis());
  }
}
