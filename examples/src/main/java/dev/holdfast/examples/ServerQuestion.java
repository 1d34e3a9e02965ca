package dev.holdfast.examples;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Asks a server for its limits, without credentials: Redis for its settings, an HTTP server for the
 * {@code Keep-Alive} header of one {@code HEAD}. Bounded in time and size.
 */
final class ServerQuestion {
  private static final Duration PATIENCE = Duration.ofSeconds(3);
  private static final int MOST_LINES = 100;
  private static final int LONGEST_LINE = 8_192;
  private static final Pattern TIMEOUT = Pattern.compile("timeout=(\\d{1,9})");

  private final InetSocketAddress address;
  private final String host;

  ServerQuestion(String host, int port) {
    this.host = host;
    this.address = new InetSocketAddress(host, port);
  }

  ServerFacts ask() {
    try {
      if (address.isUnresolved()) {
        return ServerFacts.unknown("its name is not known");
      }
      Optional<ServerFacts> redis = askRedis();
      return redis.isPresent() ? redis.get() : askHttp();
    } catch (IOException e) {
      return ServerFacts.unknown("it does not answer: " + e.getMessage());
    }
  }

  /** Empty if it does not speak Redis' protocol. */
  private Optional<ServerFacts> askRedis() throws IOException {
    try (Conversation redis = new Conversation()) {
      Optional<String> pong;
      try {
        pong = redis.say("PING\r\n").line();
      } catch (SocketTimeoutException waitsForMore) {
        return Optional.empty(); // as an HTTP server does
      }
      if (pong.filter(line -> line.startsWith("+") || line.startsWith("-")).isEmpty()) {
        return Optional.empty();
      }
      Optional<Duration> timeout = redis.setting("timeout");
      Optional<Duration> keepAlive =
          timeout.isPresent() ? redis.setting("tcp-keepalive") : Optional.empty();
      String silence = timeout.isPresent() ? "" : "it does not let this user read its settings";
      return Optional.of(new ServerFacts("redis", timeout, keepAlive, Optional.empty(), silence));
    }
  }

  private ServerFacts askHttp() throws IOException {
    try (Conversation http = new Conversation()) {
      String request = "HEAD / HTTP/1.1\r\nHost: " + host + "\r\nConnection: keep-alive\r\n\r\n";
      Optional<String> status = http.say(request).line();
      if (status.filter(line -> line.startsWith("HTTP/1.")).isEmpty()) {
        return ServerFacts.unknown("it speaks neither Redis' protocol nor HTTP/1");
      }
      Optional<Duration> advertised = Optional.empty();
      for (int i = 0; i < MOST_LINES; i++) {
        Optional<String> header = http.line().filter(line -> !line.isEmpty());
        if (header.isEmpty()) {
          break;
        }
        advertised = keepAliveOf(header.get());
        if (advertised.isPresent()) {
          break;
        }
      }
      String silence = advertised.isPresent() ? "" : "it announces no Keep-Alive timeout";
      return new ServerFacts("http", Optional.empty(), Optional.empty(), advertised, silence);
    }
  }

  private static Optional<Duration> keepAliveOf(String header) {
    String lower = header.toLowerCase(Locale.ROOT);
    Matcher timeout = TIMEOUT.matcher(lower);
    return lower.startsWith("keep-alive:") && timeout.find()
        ? Optional.of(Duration.ofSeconds(Long.parseLong(timeout.group(1))))
        : Optional.empty();
  }

  private final class Conversation implements AutoCloseable {
    private final Socket socket = new Socket();
    private final BufferedReader reader;

    Conversation() throws IOException {
      try {
        socket.connect(address, (int) PATIENCE.toMillis());
        socket.setSoTimeout((int) PATIENCE.toMillis());
        reader =
            new BufferedReader(
                new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
      } catch (IOException e) {
        socket.close();
        throw e;
      }
    }

    Conversation say(String text) throws IOException {
      socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
      return this;
    }

    /** The next line; empty at the end. */
    Optional<String> line() throws IOException {
      StringBuilder line = new StringBuilder();
      int read = reader.read();
      if (read < 0) {
        return Optional.empty();
      }
      while (read >= 0 && read != '\n' && line.length() < LONGEST_LINE) {
        if (read != '\r') {
          line.append((char) read);
        }
        read = reader.read();
      }
      return Optional.of(line.toString());
    }

    /** {@code *2 $7 timeout $3 300}, or an error. */
    Optional<Duration> setting(String name) throws IOException {
      String first = say("CONFIG GET " + name + "\r\n").line().orElse("");
      if (!first.equals("*2")) {
        return Optional.empty();
      }
      String value = "";
      for (int i = 0; i < 4; i++) {
        value = line().orElse("");
      }
      return value.matches("\\d{1,9}")
          ? Optional.of(Duration.ofSeconds(Long.parseLong(value)))
          : Optional.empty();
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}
