package dev.holdfast.benchmarks.http;

import dev.holdfast.lab.http.Ending;
import dev.holdfast.lab.http.FaultServer;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;

/**
 * Bytes nobody asked for arrive on an idle connection of a client; its next call must get its own
 * answer all the same, whatever the bytes are and however the connection ends after them.
 * Everything is real: sockets on loopback, the client, the guard. Not thread-safe.
 *
 * <p>Jazzer's entry points are here too, and {@code benchmarks/run fuzz} has Jazzer run them: the
 * environment variable {@value #CLIENT} names the client.
 */
public final class IdleBytes implements AutoCloseable {

  /** The environment variable that names the {@link HttpClientKind}. */
  public static final String CLIENT = "HOLDFAST_FUZZ_CLIENT";

  private static final long LOOK_NANOS = 10_000;
  private static final long PATIENCE_NANOS = 10_000_000_000L;

  private static final List<Ending> ENDINGS = List.of(Ending.OPEN, Ending.FIN, Ending.RST);

  private static final class Jazzer {
    private static final HttpClientKind KIND =
        HttpClientKind.valueOf(System.getenv().getOrDefault(CLIENT, HttpClientKind.HC5.name()));
    private static final IdleBytes FUZZ = new IdleBytes(KIND, true);
  }

  private final FaultServer server = FaultServer.plain();
  private final HttpContender contender;
  private long strings;
  private long replaced;

  /**
   * Opens the first connection.
   *
   * @param kind the client
   * @param guarded whether it has its guard
   */
  public IdleBytes(HttpClientKind kind, boolean guarded) {
    URI uri = URI.create(server.uri("/"));
    this.contender = guarded ? kind.guarded(uri, 1) : kind.bare(uri, 1);
    call("GET");
  }

  /**
   * Lets one string arrive, then calls.
   *
   * @param input the first byte says how the connection ends and what is called; the rest arrives
   * @throws IllegalStateException if the call gets anything but its own answer
   */
  public void arrive(byte[] input) {
    if (isOnlyLineEnds(input)) {
      return;
    }
    awaitIdle();
    Ending ending = ENDINGS.get((input[0] & 0x7f) % ENDINGS.size());
    byte[] bytes = Arrays.copyOfRange(input, 1, input.length);
    long before = server.connections();
    server.disturbIdleUnasked(() -> bytes, ending);
    call(input[0] < 0 ? "GET" : "POST");
    strings++;
    replaced += server.connections() - before;
  }

  /** A line end too many is no crime (RFC 9112, section 2.2): behind it a connection goes on. */
  private static boolean isOnlyLineEnds(byte[] input) {
    for (int i = 1; i < input.length; i++) { // the first byte says what follows
      if (input[i] != '\r' && input[i] != '\n') {
        return false;
      }
    }
    return true;
  }

  /**
   * How many strings have arrived.
   *
   * @return each on an idle connection, each followed by a call
   */
  public long strings() {
    return strings;
  }

  /**
   * How many connections were given up for another.
   *
   * @return connections opened by calls that had one
   */
  public long replaced() {
    return replaced;
  }

  private void call(String method) {
    String id = UUID.randomUUID().toString();
    String answered;
    try {
      answered = contender.call(method, id);
    } catch (Exception thrown) {
      throw new IllegalStateException(method + " failed after unsolicited bytes", thrown);
    }
    long ran = server.executions(id);
    if (!answered.equals(id) || ran < 1 || (ran > 1 && method.equals("POST"))) {
      throw new IllegalStateException(
          "%s was answered with '%s' and ran %d times after unsolicited bytes"
              .formatted(method, answered, ran));
    }
    server.forgetExecutions();
  }

  /**
   * The client may have its answer before the server has taken note that it gave it, and may close
   * what it gave up later.
   */
  private void awaitIdle() {
    long end = System.nanoTime() + PATIENCE_NANOS;
    while (server.idle() != 1 || server.open() != 1) {
      if (System.nanoTime() - end > 0) {
        throw new IllegalStateException("not one connection, idle: " + server.open() + " are open");
      }
      LockSupport.parkNanos(LOOK_NANOS);
    }
  }

  @Override
  public void close() {
    contender.close();
    server.close();
  }

  /** For Jazzer: starts. */
  public static void fuzzerInitialize() {
    Jazzer.FUZZ.awaitIdle();
  }

  /**
   * For Jazzer: one string.
   *
   * @param data as for {@link #arrive}
   */
  public static void fuzzerTestOneInput(byte[] data) {
    Jazzer.FUZZ.arrive(data);
  }

  /** For Jazzer: says how much was done. */
  public static void fuzzerTearDown() {
    System.out.printf(
        Locale.ROOT,
        "%s: %d strings on idle connections, %d connections given up, no false answer%n",
        Jazzer.KIND,
        Jazzer.FUZZ.strings,
        Jazzer.FUZZ.replaced);
    Jazzer.FUZZ.close();
  }
}
