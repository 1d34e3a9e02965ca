package dev.holdfast.lab.kernel;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One TCP segment as it passed an interface. Several of the wire may be one here: the kernel splits
 * large ones no earlier than a real card would.
 *
 * @param time when it passed
 * @param source the sender's IPv4 address
 * @param sourcePort its port
 * @param destination the receiver's IPv4 address
 * @param destinationPort its port
 * @param flags its flags
 * @param sequence its sequence number, unsigned, as on the wire
 * @param acknowledgement its acknowledgement number, unsigned; without {@link Flag#ACK} no meaning
 * @param payloadLength bytes of data
 */
public record Segment(
    Instant time,
    String source,
    int sourcePort,
    String destination,
    int destinationPort,
    Set<Flag> flags,
    long sequence,
    long acknowledgement,
    int payloadLength) {

  private static final int IPV4 = 0x0800;
  private static final int TCP = 6;

  /** The flags of RFC 9293, section 3.1. */
  public enum Flag {
    /** No more data from the sender. */
    FIN(0x01),
    /** Synchronize sequence numbers: the connection's first segment of each direction. */
    SYN(0x02),
    /** Reset the connection. */
    RST(0x04),
    /** Hand the data to the application. */
    PSH(0x08),
    /** The acknowledgement number counts. */
    ACK(0x10),
    /** The urgent pointer counts. */
    URG(0x20);

    private final int bit;

    Flag(int bit) {
      this.bit = bit;
    }
  }

  /**
   * Copies the flags.
   *
   * @param time when it passed
   * @param source the sender's IPv4 address
   * @param sourcePort its port
   * @param destination the receiver's IPv4 address
   * @param destinationPort its port
   * @param flags its flags
   * @param sequence its sequence number
   * @param acknowledgement its acknowledgement number
   * @param payloadLength bytes of data
   */
  public Segment {
    flags = Set.copyOf(flags);
  }

  /**
   * Whether the segment has exactly these flags.
   *
   * @param only all of them
   * @return false if one is missing or another is set
   */
  public boolean is(Flag... only) {
    return flags.equals(Set.of(only));
  }

  /**
   * Reads a frame with the headers of offloads and of Ethernet.
   *
   * @return null if it is not TCP over IPv4
   */
  static @Nullable Segment parse(byte[] frame, Instant time) {
    ByteBuffer bytes = ByteBuffer.wrap(frame);
    int ip = PacketSocket.OFFLOADS + PacketSocket.ETHERNET;
    if (bytes.getShort(ip - 2) != IPV4 || bytes.get(ip + 9) != TCP) {
      return null;
    }
    int tcp = ip + 4 * (bytes.get(ip) & 0xf);
    int payload = ip + Short.toUnsignedInt(bytes.getShort(ip + 2)) - tcp;
    return new Segment(
        time,
        address(bytes, ip + 12),
        Short.toUnsignedInt(bytes.getShort(tcp)),
        address(bytes, ip + 16),
        Short.toUnsignedInt(bytes.getShort(tcp + 2)),
        flags(bytes.get(tcp + 13)),
        Integer.toUnsignedLong(bytes.getInt(tcp + 4)),
        Integer.toUnsignedLong(bytes.getInt(tcp + 8)),
        payload - 4 * ((bytes.get(tcp + 12) & 0xf0) >> 4));
  }

  private static Set<Flag> flags(byte bits) {
    Set<Flag> flags = EnumSet.noneOf(Flag.class);
    for (Flag flag : Flag.values()) {
      if ((bits & flag.bit) != 0) {
        flags.add(flag);
      }
    }
    return flags;
  }

  private static String address(ByteBuffer bytes, int offset) {
    byte[] address = new byte[4];
    bytes.get(offset, address);
    try {
      return InetAddress.getByAddress(address).getHostAddress();
    } catch (UnknownHostException e) {
      throw new AssertionError("four bytes are an address", e);
    }
  }
}
