package dev.holdfast.benchmarks.failover;

import java.io.BufferedInputStream;
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
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A server that speaks RESP3 and answers as a script says; null for an answer hangs up. */
final class ScriptedServer implements AutoCloseable {

  private static final String HELLO =
      String.join(
          "\r\n",
          "%7",
          "$6\r\nserver",
          "$5\r\nredis",
          "$7\r\nversion",
          "$5\r\n8.2.0",
          "$5\r\nproto",
          ":3",
          "$2\r\nid",
          ":1",
          "$4\r\nmode",
          "$10\r\nstandalone",
          "$4\r\nrole",
          "$6\r\nmaster",
          "$7\r\nmodules",
          "*0");

  private final ServerSocket listening = new ServerSocket(0, 512, InetAddress.getLoopbackAddress());
  private final Function<List<String>, @Nullable String> script;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();

  /**
   * @param script gets the words of a command other than HELLO; what it answers is sent with a line
   *     end behind it
   */
  ScriptedServer(Function<List<String>, @Nullable String> script) throws IOException {
    this.script = script;
    thread(this::accept);
  }

  int port() {
    return listening.getLocalPort();
  }

  /** What a server announces; goes behind an answer, and a line end. */
  static String push(String... words) {
    StringBuilder push = new StringBuilder(">" + words.length);
    for (String word : words) {
      boolean number = word.chars().allMatch(Character::isDigit);
      push.append(number ? "\r\n:" : "\r\n$" + word.length() + "\r\n").append(word);
    }
    return push.toString();
  }

  private static void thread(Runnable runs) {
    Thread thread = new Thread(runs, "scripted-server");
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() {
    while (!listening.isClosed()) {
      try {
        Socket socket = listening.accept();
        open.add(socket);
        thread(() -> serve(socket));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      socket.setTcpNoDelay(true);
      DataInputStream in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
      OutputStream out = socket.getOutputStream();
      while (true) {
        List<String> words = read(in);
        words.set(0, words.get(0).toUpperCase(Locale.ROOT));
        String answer = words.get(0).equals("HELLO") ? HELLO : script.apply(words);
        if (answer == null) {
          return;
        }
        out.write((answer + "\r\n").getBytes(StandardCharsets.UTF_8));
      }
    } catch (IOException ended) {
      // as clients do
    } finally {
      open.remove(socket);
    }
  }

  private static List<String> read(DataInputStream in) throws IOException {
    int words = Integer.parseInt(line(in).substring(1));
    List<String> command = new ArrayList<>();
    for (int i = 0; i < words; i++) {
      byte[] word = new byte[Integer.parseInt(line(in).substring(1))];
      in.readFully(word);
      in.readFully(new byte[2]);
      command.add(new String(word, StandardCharsets.UTF_8));
    }
    return command;
  }

  private static String line(DataInputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.readUnsignedByte(); c != '\r'; c = in.readUnsignedByte()) {
      line.append((char) c);
    }
    in.readUnsignedByte();
    return line.toString();
  }

  void hangUp() throws IOException {
    for (Socket socket : open) {
      socket.close();
    }
  }

  @Override
  public void close() throws IOException {
    listening.close();
    hangUp();
  }
}
