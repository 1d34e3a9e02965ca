package dev.holdfast.lab.kernel;

import java.time.Duration;

/**
 * What can be done to the packets between client and servers. Packets are lost as they enter the
 * router, before conntrack sees them. Faults add up and last until {@link #heal()}; {@link
 * RouterCounter} counts what each of them took.
 */
public abstract sealed class PathFaults permits Network {

  private static final String SYN = "iifname m0 tcp flags & (syn|ack) == syn";
  private static final String SYN_ACK = "iifname != m0 tcp flags & (syn|ack) == (syn|ack)";

  /** A TCP header is of 5 to 15 words of 4 bytes; an IPv4 header without options takes 20 bytes. */
  private static final int LEAST_WORDS = 5;

  private static final int MOST_WORDS = 15;
  private static final int IP_HEADER = 20;

  final Topology topology;

  PathFaults(Topology topology) {
    this.topology = topology;
  }

  /** Loses every packet between client and servers, in both directions. */
  public void blackhole() {
    topology.fault("", RouterCounter.BLACKHOLED);
  }

  /**
   * Loses every packet the client sends, from now on and for exactly this time: the router's kernel
   * ends it, however busy the machine is.
   *
   * @param outage whole milliseconds
   */
  public void muteClientFor(Duration outage) {
    topology.router(
        """
        nft 'add set ip lab muted { type ifname; flags timeout; }'
        nft 'add rule ip lab faults iifname @muted counter name %s drop'
        nft 'add element ip lab muted { m0 timeout %dms }'
        """
            .formatted(RouterCounter.BLACKHOLED.nft(), outage.toMillis()));
  }

  /**
   * Loses every packet the servers send, from now on and for exactly this time. What the client
   * sends arrives, and is executed.
   *
   * @param outage whole milliseconds
   */
  public void muteServersFor(Duration outage) {
    topology.router(
        """
        nft 'add set ip lab dumb { type ipv4_addr; flags interval,timeout; }'
        nft 'add rule ip lab faults ip saddr @dumb counter name %s drop'
        nft 'add element ip lab dumb { 10.77.10.0/23 timeout %dms }'
        """
            .formatted(RouterCounter.BLACKHOLED.nft(), outage.toMillis()));
  }

  /**
   * Loses a share of all packets in both directions, each by chance.
   *
   * @param percent from 0 to 100
   */
  public void loseRandomly(int percent) {
    topology.fault(share(percent), RouterCounter.BLACKHOLED);
  }

  /** Loses every segment with FIN that a server sends. */
  public void dropServerFin() {
    topology.fault("iifname != m0 tcp flags & fin == fin", RouterCounter.SERVER_FIN_DROPPED);
  }

  /**
   * Loses the SYN of every connection from a range of client ports.
   *
   * @param firstPort first of the range
   * @param lastPort last of the range
   */
  public void dropSyn(int firstPort, int lastPort) {
    topology.fault(
        SYN + " tcp sport %d-%d".formatted(firstPort, lastPort), RouterCounter.SYN_DROPPED);
  }

  /**
   * Loses a share of all SYNs, each by chance: the kernel's own retransmission may come through.
   *
   * @param percent from 0 to 100
   */
  public void dropSynRandomly(int percent) {
    topology.fault(SYN + share(percent), RouterCounter.SYN_DROPPED);
  }

  /**
   * Loses every SYN from half of the client ports, as one bad path among two does that a hash of
   * the addresses chooses: a retransmission never helps, another port may.
   */
  public void dropSynPinned() {
    dropSynPinned(2);
  }

  /**
   * Loses every SYN from one client port in so many: those whose bits above the lowest are all set.
   * The lowest stays out because Linux gives out even ports first ({@code __inet_hash_connect}).
   *
   * @param oneIn a power of two, from 2 to 1024
   */
  public void dropSynPinned(int oneIn) {
    if (oneIn < 2 || oneIn > 1024 || Integer.bitCount(oneIn) != 1) {
      throw new IllegalArgumentException("not a power of two from 2 to 1024: " + oneIn);
    }
    int bits = (oneIn - 1) << 1;
    topology.fault(SYN + " tcp sport & %1$d == %1$d".formatted(bits), RouterCounter.SYN_DROPPED);
  }

  /**
   * Loses a share of the servers' SYN-ACKs, each by chance.
   *
   * @param percent from 0 to 100
   */
  public void dropSynAckRandomly(int percent) {
    topology.fault(SYN_ACK + share(percent), RouterCounter.SYN_ACK_DROPPED);
  }

  /**
   * Loses every segment with payload that a server sends. Requests go through and are executed;
   * neither their answers nor, with them, their acknowledgements come back.
   */
  public void dropReplies() {
    for (int words = LEAST_WORDS; words <= MOST_WORDS; words++) {
      topology.fault(
          "iifname != m0 tcp doff %d meta length > %d".formatted(words, IP_HEADER + 4 * words),
          RouterCounter.REPLY_DROPPED);
    }
  }

  /** Ends every fault. */
  public void heal() {
    topology.router("nft flush chain ip lab faults");
  }

  /**
   * Reads a counter of the router.
   *
   * @param counter which
   * @return packets since the network was built
   */
  public long count(RouterCounter counter) {
    return topology.count(counter);
  }

  private static String share(int percent) {
    if (percent < 0 || percent > 100) {
      throw new IllegalArgumentException("not a percentage: " + percent);
    }
    return percent == 100 ? "" : " numgen random mod 100 < " + percent;
  }
}
