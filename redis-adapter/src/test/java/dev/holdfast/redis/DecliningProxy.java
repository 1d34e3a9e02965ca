package dev.holdfast.redis;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Stands before a real server, and declines in its name what that would decline in a mood. The
 * server runs everything else, so transactions, scripts and blocking commands are what they are.
 */
final class DecliningProxy implements AutoCloseable {

  /** What a server runs in every mood. */
  private static final Set<String> IN_ANY_MOOD =
      Set.of(
          "HELLO",
          "CLIENT",
          "AUTH",
          "SELECT",
          "MULTI",
          "EXEC",
          "DISCARD",
          "WATCH",
          "SUBSCRIBE",
          "PING");

  /**
   * A mood of the server.
   *
   * @param says its answer
   * @param hangsUp whether it ends with the connection that it has answered last
   */
  record Mood(String says, boolean hangsUp) {}

  private final int server;
  private final ServerSocket listening = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final AtomicInteger accepted = new AtomicInteger();
  private final AtomicInteger declined = new AtomicInteger();
  private @Nullable Mood mood;
  private int left;

  DecliningProxy(int server) throws IOException {
    this.server = server;
    thread(this::accept);
  }

  int port() {
    return listening.getLocalPort();
  }

  int accepted() {
    return accepted.get();
  }

  int declined() {
    return declined.get();
  }

  synchronized void falls(Mood into, int answers) {
    mood = into;
    left = answers;
  }

  synchronized void isWell() {
    mood = null;
  }

  /** What it declines a command with, if it does. */
  private synchronized @Nullable Mood declines(String name) {
    Mood now = mood;
    if (now == null || IN_ANY_MOOD.contains(name)) {
      return null;
    }
    declined.incrementAndGet();
    if (--left == 0) {
      mood = null;
      return now;
    }
    return new Mood(now.says(), false);
  }

  private static void thread(Runnable runs) {
    Thread thread = new Thread(runs, "declining-proxy");
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() {
    while (!listening.isClosed()) {
      try {
        Socket client = listening.accept();
        accepted.incrementAndGet();
        thread(() -> serve(client));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void serve(Socket client) {
    try (client;
        Socket upstream = new Socket(InetAddress.getLoopbackAddress(), server)) {
      open.add(client);
      client.setTcpNoDelay(true);
      upstream.setTcpNoDelay(true);
      serve(client, upstream);
    } catch (IOException ended) {
      // by its client
    } finally {
      open.remove(client);
    }
  }

  private void serve(Socket client, Socket upstream) throws IOException {
    DataInputStream asked = in(client);
    DataInputStream answers = in(upstream);
    boolean transaction = false;
    boolean listens = false;
    while (true) {
      Resp command = Resp.command(asked);
      Mood declines = declines(command.name);
      if (declines == null) {
        upstream.getOutputStream().write(command.bytes);
        if (command.name.equals("SUBSCRIBE") && !listens) {
          listens = true;
          thread(() -> copy(answers, client)); // messages come unasked from now on
        } else if (!listens) {
          client.getOutputStream().write(Resp.answer(answers));
        }
        transaction = inTransaction(transaction, command.name);
        continue;
      }
      if (transaction) { // what the server itself declines spoils it
        upstream.getOutputStream().write("*1\r\n$4\r\nNONE\r\n".getBytes(StandardCharsets.UTF_8));
        Resp.answer(answers);
      }
      client.getOutputStream().write((declines.says() + "\r\n").getBytes(StandardCharsets.UTF_8));
      if (declines.hangsUp()) {
        return;
      }
    }
  }

  private static boolean inTransaction(boolean before, String name) {
    return switch (name) {
      case "MULTI" -> true;
      case "EXEC", "DISCARD" -> false;
      default -> before;
    };
  }

  private static DataInputStream in(Socket socket) throws IOException {
    return new DataInputStream(new BufferedInputStream(socket.getInputStream()));
  }

  private static void copy(DataInputStream from, Socket to) {
    try {
      OutputStream out = to.getOutputStream();
      while (true) {
        out.write(Resp.answer(from));
      }
    } catch (IOException ended) {
      // with the client
    }
  }

  @Override
  public void close() throws IOException {
    listening.close();
    for (Socket client : open) {
      client.close();
    }
  }

  /** A command, or an answer, as it is on the wire. */
  private static final class Resp {

    private final String name;
    private final byte[] bytes;

    private Resp(String name, byte[] bytes) {
      this.name = name;
      this.bytes = bytes;
    }

    static Resp command(DataInputStream in) throws IOException {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      List<String> words = new ArrayList<>();
      copy(in, out, words);
      return new Resp(words.get(0).toUpperCase(Locale.ROOT), out.toByteArray());
    }

    static byte[] answer(DataInputStream in) throws IOException {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      copy(in, out, new ArrayList<>());
      return out.toByteArray();
    }

    private static void copy(DataInputStream in, ByteArrayOutputStream out, List<String> words)
        throws IOException {
      String head = line(in, out);
      char type = head.charAt(0);
      if ("$=!".indexOf(type) >= 0) {
        int length = Integer.parseInt(head.substring(1));
        if (length >= 0) {
          byte[] value = new byte[length + 2];
          in.readFully(value);
          out.writeBytes(value);
          words.add(new String(value, 0, length, StandardCharsets.UTF_8));
        }
      } else if ("*~>%".indexOf(type) >= 0) {
        int elements = Integer.parseInt(head.substring(1)) * (type == '%' ? 2 : 1);
        for (int i = 0; i < elements; i++) {
          copy(in, out, words);
        }
      }
    }

    private static String line(DataInputStream in, ByteArrayOutputStream out) throws IOException {
      StringBuilder line = new StringBuilder();
      int c = in.readUnsignedByte();
      while (c != '\n') {
        line.append((char) c);
        out.write(c);
        c = in.readUnsignedByte();
      }
      out.write(c);
      return line.substring(0, line.length() - 1);
    }
  }
}
