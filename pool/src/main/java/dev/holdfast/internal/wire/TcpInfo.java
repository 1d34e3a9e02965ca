package dev.holdfast.internal.wire;

import dev.holdfast.wire.WireSnapshot;
import dev.holdfast.wire.WireSource;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.unix.RawUnixChannelOption;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * {@code struct tcp_info} of Linux' {@code include/uapi/linux/tcp.h} as the kernel writes it, whose
 * layout only ever grows at its end: Netty's own reading of it stops before the count of bytes. An
 * older kernel leaves what it does not know at zero. Not thread-safe.
 */
final class TcpInfo {

  private static final int IPPROTO_TCP = 6;
  private static final int TCP_INFO = 11;

  private static final int STATE = 0;
  private static final int RETRANSMITS = 2;
  private static final int PROBES = 3;
  private static final int BACKOFF = 4;
  private static final int RTO = 8;
  private static final int UNACKED = 24;
  private static final int LAST_DATA_SENT = 44;
  private static final int LAST_DATA_RECV = 52;
  private static final int LAST_ACK_RECV = 56;
  private static final int RTT = 68;
  private static final int TOTAL_RETRANS = 100;
  private static final int BYTES_ACKED = 120;
  private static final int BYTES_RECEIVED = 128;
  private static final int LENGTH = 136;

  private static final RawUnixChannelOption OPTION =
      new RawUnixChannelOption("TCP_INFO", IPPROTO_TCP, TCP_INFO, LENGTH);

  private final ByteBuffer bytes = ByteBuffer.allocate(LENGTH).order(ByteOrder.nativeOrder());

  void read(Socket socket) throws IOException {
    bytes.clear();
    socket.getRawOpt(IPPROTO_TCP, TCP_INFO, bytes);
  }

  /** For a single reading: what Netty hands out is a buffer of its own each time. */
  static TcpInfo of(EpollSocketChannel channel) {
    TcpInfo info = new TcpInfo();
    ByteBuffer read = channel.config().getOption(OPTION);
    if (read != null) {
      info.bytes.clear();
      info.bytes.put(read);
    }
    return info;
  }

  /** Whether it speaks for the connection in every respect, as far as it is idle. */
  boolean isWell() {
    return octet(STATE) == WireSnapshot.ESTABLISHED
        && octet(RETRANSMITS) == 0
        && octet(PROBES) == 0
        && octet(BACKOFF) == 0
        && number(UNACKED) == 0;
  }

  /** Payload the kernel has taken in, read or not; a FIN counts as one byte. Since Linux 4.1. */
  long bytesReceived() {
    return bytes.getLong(BYTES_RECEIVED);
  }

  /** Payload the peer's kernel has acknowledged, and one for the SYN. Since Linux 4.1. */
  long bytesAcked() {
    return bytes.getLong(BYTES_ACKED);
  }

  WireSnapshot snapshot(long nowNanos) {
    return new WireSnapshot(
        WireSource.EPOLL,
        nowNanos,
        octet(STATE),
        number(UNACKED),
        octet(RETRANSMITS),
        octet(PROBES),
        octet(BACKOFF),
        number(RTO),
        number(RTT),
        number(LAST_DATA_RECV),
        number(LAST_ACK_RECV),
        number(LAST_DATA_SENT),
        number(TOTAL_RETRANS));
  }

  private int octet(int at) {
    return Byte.toUnsignedInt(bytes.get(at));
  }

  private long number(int at) {
    return Integer.toUnsignedLong(bytes.getInt(at));
  }
}
