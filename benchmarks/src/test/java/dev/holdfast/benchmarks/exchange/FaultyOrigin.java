package dev.holdfast.benchmarks.exchange;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * A server whose faults are in the paths it is asked: each leg is {@code FAULT-times-id}, and fails
 * so many times before it is answered; a leg that others follow redirects to them with 307. It
 * counts how often each leg ran. A thread for each connection.
 */
final class FaultyOrigin implements AutoCloseable {

  /** What happens to one request. */
  enum Fault {
    NONE,
    /** Closed before the request is read. */
    FIN_UNREAD,
    RST_UNREAD,
    /** Closed behind the head, so that it is not run. */
    FIN_BEHIND_HEAD,
    RST_BEHIND_HEAD,
    /** It ran, and nobody is told. */
    FIN_FOR_ANSWER,
    RST_FOR_ANSWER,
    /** It ran, and a part of the answer's first line is sent. */
    HEAD_CUT,
    /** It ran, and a part of the answer's body is sent. */
    BODY_CUT,
    BODY_RESET,
    NONSENSE_FOR_ANSWER,
    LINE_END_BEFORE,
    LINE_END_BEHIND,
    /** Answered, and more sent than an answer. */
    ANSWER_TWICE,
    /** Answered, and closed though it was not said. */
    FIN_BEHIND,
    RST_BEHIND,
    LINE_END_AND_RST_BEHIND,
    JUNK_AND_FIN_BEHIND,
    /** It ran, and the listener is gone from then on. */
    GONE_FOR_ANSWER;

    private static final List<Fault> ALL = List.of(values());

    static Fault random(Random random) {
      return ALL.get(random.nextInt(ALL.size()));
    }

    static Fault of(String leg) {
      return valueOf(leg.substring(0, leg.indexOf('-')));
    }

    /** Whether the caller has an answer. */
    boolean answers() {
      return switch (this) {
        case NONE,
            LINE_END_BEFORE,
            LINE_END_BEHIND,
            ANSWER_TWICE,
            FIN_BEHIND,
            RST_BEHIND,
            LINE_END_AND_RST_BEHIND,
            JUNK_AND_FIN_BEHIND ->
            true;
        default -> false;
      };
    }
  }

  private final ServerSocket listener;
  private final List<Socket> sockets = Collections.synchronizedList(new ArrayList<>());
  private final Map<String, Integer> arrived = new HashMap<>();
  private final Map<String, Integer> ran = new HashMap<>();

  FaultyOrigin() throws IOException {
    listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    start(
        () -> {
          while (true) {
            Socket socket = listener.accept();
            socket.setTcpNoDelay(true);
            sockets.add(socket);
            start(
                () -> {
                  try (socket) {
                    serve(socket);
                  }
                });
          }
        });
  }

  private interface Step {
    void run() throws IOException;
  }

  private static void start(Step step) {
    Thread thread =
        new Thread(
            () -> {
              try {
                step.run();
              } catch (IOException over) {
                // the client, the fault or the test has ended it
              }
            },
            "faulty-origin");
    thread.setDaemon(true);
    thread.start();
  }

  int port() {
    return listener.getLocalPort();
  }

  synchronized int ran(String leg) {
    return ran.getOrDefault(leg, 0);
  }

  private synchronized boolean failsNow(String leg, int times) {
    return arrived.merge(leg, 1, Integer::sum) <= times;
  }

  private synchronized void runs(String leg) {
    ran.merge(leg, 1, Integer::sum);
  }

  private void serve(Socket socket) throws IOException {
    InputStream in = socket.getInputStream();
    boolean goesOn = true;
    while (goesOn) {
      Asked request = Asked.read(in);
      String[] legs = request.path().substring(1).split("/", 2);
      String[] leg = legs[0].split("-", 3);
      Fault planned = Fault.valueOf(leg[0]);
      Fault fault = failsNow(legs[0], Integer.parseInt(leg[1])) ? planned : Fault.NONE;
      goesOn = serve(socket, request, legs, fault);
    }
  }

  private boolean serve(Socket socket, Asked request, String[] legs, Fault fault)
      throws IOException {
    switch (fault) {
      case FIN_UNREAD, FIN_BEHIND_HEAD -> {
        return false;
      }
      case RST_UNREAD, RST_BEHIND_HEAD -> {
        return reset(socket);
      }
      default -> {}
    }
    request.readBody(socket.getInputStream());
    runs(legs[0]);
    String answer = answer(legs[0], legs.length > 1 ? legs[1] : "");
    return switch (fault) {
      case FIN_FOR_ANSWER -> false;
      case RST_FOR_ANSWER -> reset(socket);
      case GONE_FOR_ANSWER -> {
        refuses();
        yield false;
      }
      case HEAD_CUT -> send(socket, answer.substring(0, 10), false);
      case BODY_CUT -> send(socket, answer.substring(0, answer.length() - 2), false);
      case BODY_RESET -> {
        send(socket, answer.substring(0, answer.length() - 2), false);
        yield reset(socket);
      }
      case NONSENSE_FOR_ANSWER -> send(socket, "HTTP/1.1 XX\r\n\r\n", false);
      case LINE_END_BEFORE -> send(socket, "\r\n" + answer, true);
      case LINE_END_BEHIND -> send(socket, answer + "\r\n", true);
      case ANSWER_TWICE -> send(socket, answer + answer, true);
      case FIN_BEHIND -> send(socket, answer, false);
      case RST_BEHIND -> {
        send(socket, answer, true);
        yield reset(socket);
      }
      case LINE_END_AND_RST_BEHIND -> {
        send(socket, answer + "\r\n", true);
        yield reset(socket);
      }
      case JUNK_AND_FIN_BEHIND -> send(socket, answer + "junk", false);
      default -> send(socket, answer, true);
    };
  }

  /** A thread that waits in {@code accept} may take another one while its listener is closed. */
  private void refuses() throws IOException {
    listener.close();
    for (int dials = 0; dials < 1_000; dials++) {
      try (Socket dial = new Socket(InetAddress.getLoopbackAddress(), port())) {
        dial.setSoLinger(true, 0);
      } catch (ConnectException refused) {
        return;
      }
    }
  }

  private static String answer(String leg, String next) {
    String head =
        next.isEmpty()
            ? "HTTP/1.1 200 OK\r\n"
            : "HTTP/1.1 307 There\r\nLocation: /" + next + "\r\n";
    return head + "Content-Length: " + leg.length() + "\r\n\r\n" + leg;
  }

  private static boolean send(Socket socket, String text, boolean goesOn) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    return goesOn;
  }

  private static boolean reset(Socket socket) throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
    return false;
  }

  @Override
  public void close() throws IOException {
    listener.close();
    for (Socket socket : List.copyOf(sockets)) {
      socket.close();
    }
  }
}
