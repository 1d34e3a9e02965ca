package dev.holdfast.redis;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A server that answers as a script says, in RESP2 unless that says otherwise, at every loopback
 * address. Null for an answer closes the connection.
 */
public final class ScriptedRedis implements AutoCloseable {

  /** What it answers to a command, in capitals; as on the wire, without the last line end. */
  public interface Script extends Function<String, @Nullable String> {}

  private final ServerSocket listening;
  private final Function<List<String>, @Nullable String> script;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final AtomicInteger accepted = new AtomicInteger();

  private ScriptedRedis(Function<List<String>, @Nullable String> script) {
    this.script = script;
    try {
      this.listening = new ServerSocket();
      listening.bind(new InetSocketAddress((InetAddress) null, 0), 512);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    thread(this::accept);
  }

  public static ScriptedRedis start() {
    return answering(ScriptedRedis::plain);
  }

  public static ScriptedRedis answering(Script script) {
    return answeringWords(words -> script.apply(words.get(0)));
  }

  /**
   * Answers by all the words of a command.
   *
   * @param script gets all the words of a command, its name in capitals
   */
  public static ScriptedRedis answeringWords(Function<List<String>, @Nullable String> script) {
    return new ScriptedRedis(script);
  }

  /** As a server of old answers, which knows no HELLO. */
  public static String plain(String command) {
    return switch (command) {
      case "HELLO" -> "-ERR unknown command 'HELLO'";
      case "PING" -> "+PONG";
      case "INCR" -> ":1";
      case "GET" -> "$-1";
      default -> "+OK";
    };
  }

  /** As a server of today answers {@code HELLO 3}. */
  static String hello3() {
    return String.join(
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
  }

  /**
   * What a server announces of its maintenance; goes behind an answer, and a line end.
   *
   * @param words of the announcement; those of digits as numbers
   */
  static String push(String... words) {
    StringBuilder push = new StringBuilder(">" + words.length);
    for (String word : words) {
      boolean number = word.chars().allMatch(Character::isDigit);
      push.append(number ? "\r\n:" : "\r\n$" + word.length() + "\r\n").append(word);
    }
    return push.toString();
  }

  public int port() {
    return listening.getLocalPort();
  }

  public int accepted() {
    return accepted.get();
  }

  private static void thread(Runnable runs) {
    Thread thread = new Thread(runs, "scripted-redis");
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() {
    while (!listening.isClosed()) {
      try {
        Socket socket = listening.accept();
        accepted.incrementAndGet();
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
        String answer = script.apply(words);
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

  /** Ends every connection with a reset, behind what was said on it. */
  public void reset() throws IOException {
    for (Socket socket : open) {
      try {
        socket.setSoLinger(true, 0);
        socket.close();
      } catch (SocketException closed) {
        // its client was sooner
      }
    }
  }

  @Override
  public void close() throws IOException {
    listening.close();
    for (Socket socket : open) {
      socket.close();
    }
  }
}
