package dev.holdfast.dial;

import dev.holdfast.gate.ConnectOutcome;
import java.net.SocketAddress;
import java.util.Map;

/**
 * One finished connect, as the caller saw it. A connect that dialled again and whose {@code
 * winnerRttNanos} is much shorter than the time spent lost a SYN or its answer; where both are
 * alike the path is slow and nothing was lost.
 *
 * @param remote the address dialled
 * @param outcome how it ended
 * @param dials SYNs sent by choice, the first included; the kernel's own retransmissions are not
 *     counted. 0 if the gate did not admit the connect
 * @param nanos from the request to the outcome, waiting at the gate included
 * @param waitedNanos the part of it spent waiting at the gate
 * @param winnerRttNanos the round trip of the dial that connected, from {@code TCP_INFO} or, where
 *     there is none, its connect time; negative if unknown
 * @param hastyRepeats dials whose SYN the kernel repeated long before its timeout of a second: it
 *     does so only after an answer that is no SYN-ACK of this connect (Linux {@code
 *     tcp_rcv_synsent_state_process}); negative if unknown
 * @param refusals dials answered by a refusal
 * @param foreign dials answered in another protocol
 * @param hangUps dials that were accepted and then closed or reset without a word, as far as they
 *     were waited for: a connection that was handed out and hung up later is none
 * @param redials the dials after the first, by their reason; absent reasons are 0
 */
public record ConnectReport(
    SocketAddress remote,
    ConnectOutcome outcome,
    int dials,
    long nanos,
    long waitedNanos,
    long winnerRttNanos,
    int hastyRepeats,
    int refusals,
    int foreign,
    int hangUps,
    Map<RedialReason, Integer> redials) {

  /**
   * Copies the map.
   *
   * @param remote the address dialled
   * @param outcome how it ended
   * @param dials SYNs sent by choice
   * @param nanos from the request to the outcome
   * @param waitedNanos the part of it spent waiting at the gate
   * @param winnerRttNanos the round trip of the dial that connected
   * @param hastyRepeats dials whose SYN was repeated too soon
   * @param refusals dials answered by a refusal
   * @param foreign dials answered in another protocol
   * @param hangUps dials that were hung up
   * @param redials the dials after the first
   */
  public ConnectReport {
    redials = Map.copyOf(redials);
  }

  /**
   * A report without a dial that was hung up.
   *
   * @param remote the address dialled
   * @param outcome how it ended
   * @param dials SYNs sent by choice
   * @param nanos from the request to the outcome
   * @param waitedNanos the part of it spent waiting at the gate
   * @param winnerRttNanos the round trip of the dial that connected
   * @param hastyRepeats dials whose SYN was repeated too soon
   * @param refusals dials answered by a refusal
   * @param foreign dials answered in another protocol
   * @param redials the dials after the first
   */
  public ConnectReport(
      SocketAddress remote,
      ConnectOutcome outcome,
      int dials,
      long nanos,
      long waitedNanos,
      long winnerRttNanos,
      int hastyRepeats,
      int refusals,
      int foreign,
      Map<RedialReason, Integer> redials) {
    this(
        remote,
        outcome,
        dials,
        nanos,
        waitedNanos,
        winnerRttNanos,
        hastyRepeats,
        refusals,
        foreign,
        0,
        redials);
  }

  /**
   * How long the dials took.
   *
   * @return nanoseconds from the request to the outcome, without what was spent at the gate
   */
  public long dialNanos() {
    return nanos - waitedNanos;
  }
}
