package dev.holdfast.lab.kernel;

import com.sun.jna.LastErrorException;
import com.sun.jna.Native;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/**
 * Takes whole frames from an interface and puts others on it (packet(7)).
 *
 * <p>Frames carry the kernel's header of offloads ({@code PACKET_VNET_HDR}), so that what it left
 * to a network card that does not exist, checksums and segmentation, is still left when the frame
 * is put on another interface.
 */
final class PacketSocket implements AutoCloseable {

  /** The size of {@code struct virtio_net_hdr}. */
  static final int OFFLOADS = 10;

  static final int ETHERNET = 14;

  /** A frame of the largest segment the kernel hands to a card (64 KiB) with its headers. */
  static final int MOST_BYTES = OFFLOADS + ETHERNET + 65_536;

  private static final int AF_PACKET = 17;
  private static final int SOCK_RAW = 3;
  private static final int SOCK_CLOEXEC = 0x80000;
  private static final int ETH_P_ALL = 3;
  private static final int SOL_SOCKET = 1;
  private static final int SO_RCVTIMEO = 20;
  private static final int SO_RCVBUF = 8;
  private static final int SOL_PACKET = 263;
  private static final int PACKET_STATISTICS = 6;
  private static final int PACKET_VNET_HDR = 15;
  private static final int PACKET_IGNORE_OUTGOING = 23;
  private static final int O_CLOEXEC = 0x80000;
  private static final int CLONE_NEWNET = 0x40000000;
  private static final long SIOCGSTAMPNS = 0x8907;
  private static final int ENOENT = 2;
  private static final int EINTR = 4;
  private static final int EAGAIN = 11;
  private static final int ENOBUFS = 105;

  /** The sizes of {@code struct sockaddr_ll} and, on 64 bits, of {@code struct timeval}. */
  private static final int SOCKADDR_LL = 20;

  private static final int TIMEVAL = 16;

  /** The kernel lowers it to {@code net.core.rmem_max}. */
  private static final int BACKLOG_BYTES = 16 << 20;

  private static final int WAIT_MICROS = 100_000;

  private final int fd;

  /**
   * Opens a socket for what comes in on an interface of this thread's namespace.
   *
   * @throws LastErrorException if the kernel refuses
   */
  PacketSocket(String networkInterface) {
    this(networkInterface, true);
  }

  /**
   * Opens a socket that also gets what goes out.
   *
   * @param namespace a file under {@code /run/netns}; null for this thread's own
   */
  static PacketSocket bothWays(@Nullable Path namespace, String networkInterface) {
    if (namespace == null) {
      return new PacketSocket(networkInterface, false);
    }
    // A thread of its own, for it does not come back; the socket stays where it was opened.
    FutureTask<PacketSocket> open =
        new FutureTask<>(
            () -> {
              enter(namespace);
              return new PacketSocket(networkInterface, false);
            });
    new Thread(open, "holdfast-lab-enter").start();
    try {
      return open.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while opening a packet socket", e);
    }
  }

  private static void enter(Path namespace) {
    int file = Libc.open(namespace.toString(), O_CLOEXEC);
    try {
      Libc.setns(file, CLONE_NEWNET);
    } finally {
      Libc.close(file);
    }
  }

  private PacketSocket(String networkInterface, boolean onlyIncoming) {
    // Protocol 0 until bound: nothing of other interfaces comes in.
    this.fd = Libc.socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
    try {
      option(SOL_PACKET, PACKET_VNET_HDR, 1);
      option(SOL_PACKET, PACKET_IGNORE_OUTGOING, onlyIncoming ? 1 : 0);
      option(SOL_SOCKET, SO_RCVBUF, BACKLOG_BYTES);
      byte[] wait = struct(TIMEVAL).putLong(0).putLong(WAIT_MICROS).array();
      Libc.setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, wait, wait.length);
      byte[] address =
          struct(SOCKADDR_LL)
              .putShort((short) AF_PACKET)
              .put((byte) 0) // big endian, as on the wire
              .put((byte) ETH_P_ALL)
              .putInt(Libc.if_nametoindex(networkInterface))
              .array();
      Libc.bind(fd, address, address.length);
    } catch (LastErrorException e) {
      close();
      throw e;
    }
  }

  /**
   * Waits a moment for a frame. It begins with {@link #OFFLOADS} bytes of offloads.
   *
   * @return its length or, if that is less, the array's; 0 if none came, or the process was stopped
   *     and goes on
   * @throws LastErrorException if the interface is gone
   */
  int receive(byte[] frame) {
    try {
      return (int) Libc.recv(fd, frame, frame.length, 0);
    } catch (LastErrorException e) {
      if (e.getErrorCode() == EAGAIN || e.getErrorCode() == EINTR) {
        return 0; // with a timeout it is not taken up again behind a stop (signal(7))
      }
      throw e;
    }
  }

  /** Whether {@link #passedAt()} is to be kept for each frame; the first question asks for it. */
  void stamp() {
    try {
      passedAt();
    } catch (LastErrorException e) {
      if (e.getErrorCode() != ENOENT) {
        throw e;
      }
    }
  }

  /** When the last frame received was at the interface. */
  Instant passedAt() {
    long[] timespec = new long[2];
    Libc.ioctl(fd, SIOCGSTAMPNS, timespec);
    return Instant.ofEpochSecond(timespec[0], timespec[1]);
  }

  /**
   * Puts a frame on the interface, or loses it if too many wait there already.
   *
   * @throws LastErrorException if the interface is gone
   */
  void send(byte[] frame) {
    try {
      Libc.send(fd, frame, frame.length, 0);
    } catch (LastErrorException e) {
      if (e.getErrorCode() == EINTR) {
        send(frame);
      } else if (e.getErrorCode() != ENOBUFS) {
        throw e;
      }
    }
  }

  /**
   * What passed the interface since the last call.
   *
   * @param frames all of them
   * @param lost those of them that found no room, because none was received for too long
   */
  record Passed(int frames, int lost) {}

  Passed passed() {
    byte[] statistics = new byte[2 * Integer.BYTES];
    int[] length = {statistics.length};
    Libc.getsockopt(fd, SOL_PACKET, PACKET_STATISTICS, statistics, length);
    ByteBuffer both = ByteBuffer.wrap(statistics).order(ByteOrder.nativeOrder());
    return new Passed(both.getInt(), both.getInt());
  }

  /** Not while another thread uses it. */
  @Override
  public void close() {
    Libc.close(fd);
  }

  private void option(int level, int name, int value) {
    byte[] bytes = struct(Integer.BYTES).putInt(value).array();
    Libc.setsockopt(fd, level, name, bytes, bytes.length);
  }

  private static ByteBuffer struct(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.nativeOrder());
  }

  /** Initialised at the first socket: the other parts of the lab do without JNA. */
  private static final class Libc {
    static {
      Native.register(Libc.class, "c");
    }

    private Libc() {}

    static native int socket(int domain, int type, int protocol) throws LastErrorException;

    static native int setsockopt(int fd, int level, int name, byte[] value, int length)
        throws LastErrorException;

    static native int getsockopt(int fd, int level, int name, byte[] value, int[] length)
        throws LastErrorException;

    static native int if_nametoindex(String name) throws LastErrorException;

    static native int open(String path, int flags) throws LastErrorException;

    static native int setns(int fd, int type) throws LastErrorException;

    static native int ioctl(int fd, long request, long[] timespec) throws LastErrorException;

    static native int bind(int fd, byte[] address, int length) throws LastErrorException;

    static native long recv(int fd, byte[] buffer, long length, int flags)
        throws LastErrorException;

    static native long send(int fd, byte[] buffer, long length, int flags)
        throws LastErrorException;

    static native int close(int fd);
  }
}
