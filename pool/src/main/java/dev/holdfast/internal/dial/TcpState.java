package dev.holdfast.internal.dial;

import io.netty.channel.epoll.EpollSocketChannel;

/** What became of a dial, by {@code tcpi_state} (Linux {@code include/net/tcp_states.h}). */
enum TcpState {
  /** No answer yet. */
  SYN_SENT,
  /** Refused, or given up by the kernel. */
  CLOSED,
  /** Connected, and perhaps already closed by the peer. */
  CONNECTED;

  private static final int TCP_SYN_SENT = 2;
  private static final int TCP_SYN_RECV = 3;
  private static final int TCP_CLOSE = 7;

  /** On the event loop, of an open channel. */
  static TcpState of(EpollSocketChannel channel) {
    return switch (channel.tcpInfo().state()) {
      case TCP_SYN_SENT, TCP_SYN_RECV -> SYN_SENT;
      case TCP_CLOSE -> CLOSED;
      default -> CONNECTED;
    };
  }
}
