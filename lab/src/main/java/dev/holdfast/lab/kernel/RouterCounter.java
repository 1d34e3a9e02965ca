package dev.holdfast.lab.kernel;

import java.util.Locale;

/** What the router counts with nftables, in packets, from the network's start. */
public enum RouterCounter {
  /** Packets lost to {@link Network#blackhole()}, one side muted, or chance. */
  BLACKHOLED,
  /** Segments with FIN lost to {@link Network#dropServerFin()}. */
  SERVER_FIN_DROPPED,
  /** SYNs lost to {@link Network#dropSyn}, {@code dropSynRandomly} and {@code dropSynPinned}. */
  SYN_DROPPED,
  /** SYN-ACKs lost to {@link Network#dropSynAckRandomly}. */
  SYN_ACK_DROPPED,
  /** Segments with payload lost to {@link Network#dropReplies()}. */
  REPLY_DROPPED,
  /** Segments answered with an RST because of {@link Network#resetUnknownFlows()}. */
  UNKNOWN_RESET,
  /** Segments with FIN from a server that conntrack calls invalid, dropped: no flow knew them. */
  SERVER_FIN_INVALID,
  /** Every other segment that conntrack calls invalid, dropped. */
  INVALID;

  String nft() {
    return name().toLowerCase(Locale.ROOT);
  }
}
