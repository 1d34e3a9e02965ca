package dev.holdfast.lab;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A name server on a loopback port that answers every question for IPv4 addresses with the same
 * ones, and any other question with none. It counts what it is asked. Thread-safe.
 */
public final class NameServer implements AutoCloseable {

  private static final int HEADER = 12;
  private static final int TYPE_A = 1;
  private static final int CLASS_IN = 1;

  /** A response, authoritative, as recursion was desired. */
  private static final int FLAGS = 0x8580;

  /** A pointer to the name in the question. */
  private static final int SAME_NAME = 0xC000 | HEADER;

  private final DatagramSocket socket;
  private final int ttlSeconds;
  private final AtomicInteger asked = new AtomicInteger();
  private volatile List<InetAddress> addresses;

  private NameServer(Duration ttl, List<InetAddress> addresses) throws IOException {
    this.socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
    this.ttlSeconds = (int) ttl.toSeconds();
    this.addresses = List.copyOf(addresses);
    Thread thread = new Thread(this::serve, "holdfast-lab-names-" + socket.getLocalPort());
    thread.setDaemon(true);
    thread.start();
  }

  /**
   * Starts a name server.
   *
   * @param ttl for how long an answer may be kept, in whole seconds
   * @param addresses what it answers, of IPv4
   * @return a server, to be closed
   */
  public static NameServer answering(Duration ttl, InetAddress... addresses) {
    try {
      return new NameServer(ttl, List.of(addresses));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * An address of this host, where a server may listen beside 127.0.0.1.
   *
   * @param last from 1 to 254
   * @return 127.0.0.{@code last}
   */
  public static InetAddress loopback(int last) {
    try {
      return InetAddress.getByAddress(new byte[] {127, 0, 0, (byte) last});
    } catch (UnknownHostException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /**
   * Changes what it answers from now on.
   *
   * @param others of IPv4
   */
  public void answers(InetAddress... others) {
    addresses = List.of(others);
  }

  /**
   * Counts the questions for IPv4 addresses so far.
   *
   * @return their number
   */
  public int asked() {
    return asked.get();
  }

  /**
   * Where it is to be asked, by UDP.
   *
   * @return a loopback address
   */
  public InetSocketAddress address() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), socket.getLocalPort());
  }

  private void serve() {
    byte[] buffer = new byte[512];
    while (!socket.isClosed()) {
      try {
        DatagramPacket question = new DatagramPacket(buffer, buffer.length);
        socket.receive(question);
        byte[] answer = answer(buffer, question.getLength());
        socket.send(new DatagramPacket(answer, answer.length, question.getSocketAddress()));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private byte[] answer(byte[] question, int length) throws IOException {
    int end = HEADER;
    while (end < length && question[end] != 0) {
      end += question[end] + 1;
    }
    int type =
        end + 2 < length ? ((question[end + 1] & 0xff) << 8) | (question[end + 2] & 0xff) : 0;
    List<InetAddress> now = type == TYPE_A ? addresses : List.of();
    if (type == TYPE_A) {
      asked.incrementAndGet();
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.write(question, 0, 2);
    out.writeShort(FLAGS);
    out.writeShort(1);
    out.writeShort(now.size());
    out.writeInt(0);
    out.write(question, HEADER, Math.min(length, end + 5) - HEADER);
    for (InetAddress address : now) {
      out.writeShort(SAME_NAME);
      out.writeShort(TYPE_A);
      out.writeShort(CLASS_IN);
      out.writeInt(ttlSeconds);
      out.writeShort(address.getAddress().length);
      out.write(address.getAddress());
    }
    return bytes.toByteArray();
  }

  @Override
  public void close() {
    socket.close();
  }
}
