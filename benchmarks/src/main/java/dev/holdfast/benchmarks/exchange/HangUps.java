package dev.holdfast.benchmarks.exchange;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import jdk.net.ExtendedSocketOptions;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.jspecify.annotations.Nullable;

/**
 * Callers that hang up after 0 to 4 ms, beside one that never does and beside sockets of others,
 * each call on a connection of its own, while many descriptors are open.
 */
public final class HangUps {

  private static final int RUDE = 3;
  private static final int STRANGERS = 4;
  private static final long HELD_NANOS = 50_000;
  private static final int MOST_MICROS = 4_000;

  /**
   * What was seen.
   *
   * @param calls of all callers
   * @param aborted those that their callers gave up
   * @param innocent calls of the one that never does
   * @param innocentFailed how many of those failed
   * @param open the guard's connections once the client is closed
   * @param leased the pool's connections in use at the end
   * @param strangers sockets opened beside the calls
   * @param changed how many of those had an option changed
   */
  public record Seen(
      long calls,
      long aborted,
      long innocent,
      long innocentFailed,
      double open,
      int leased,
      long strangers,
      long changed) {}

  private final boolean guarded;
  private final int descriptors;
  private final long calls;
  private final boolean strangers;
  private final AtomicLong made = new AtomicLong();
  private final AtomicLong aborted = new AtomicLong();
  private final AtomicLong innocent = new AtomicLong();
  private final AtomicLong innocentFailed = new AtomicLong();
  private final AtomicLong opened = new AtomicLong();
  private final AtomicLong changed = new AtomicLong();

  /**
   * @param guarded whether the client has a guard
   * @param descriptors how many are open besides
   * @param calls of all callers together
   * @param strangers whether sockets of others are opened and closed meanwhile
   */
  public HangUps(boolean guarded, int descriptors, long calls, boolean strangers) {
    this.guarded = guarded;
    this.descriptors = descriptors;
    this.calls = calls;
    this.strangers = strangers;
  }

  /**
   * Makes the calls.
   *
   * @return what was seen
   * @throws Exception if they could not be made
   */
  public Seen run() throws Exception {
    Descriptors held = new Descriptors(descriptors);
    ExecutorService threads = Executors.newCachedThreadPool();
    ScheduledExecutorService timer = Executors.newScheduledThreadPool(2);
    Mode.Client client =
        (guarded ? Mode.GUARDED : Mode.BARE)
            .client(
                PoolingHttpClientConnectionManagerBuilder.create().setMaxConnPerRoute(50),
                HttpClients.custom());
    try (ShortServer server = new ShortServer(threads)) {
      List<Future<?>> crew = new ArrayList<>();
      crew.add(threads.submit(() -> polite(client, server.port())));
      for (int i = 0; i < RUDE; i++) {
        crew.add(threads.submit(() -> rude(client, server.port(), timer)));
      }
      for (int i = 0; strangers && i < STRANGERS; i++) {
        crew.add(threads.submit(() -> stranger(server.port())));
      }
      for (Future<?> one : crew) {
        one.get();
      }
      int leased = client.pool().getTotalStats().getLeased();
      client.close();
      return new Seen(
          made.get(),
          aborted.get(),
          innocent.get(),
          innocentFailed.get(),
          client.connections(),
          leased,
          opened.get(),
          changed.get());
    } finally {
      threads.shutdownNow();
      timer.shutdownNow();
      client.close();
      held.close();
    }
  }

  static HttpGet get(int port) {
    HttpGet get = new HttpGet("http://127.0.0.1:" + port + "/");
    get.addHeader("Connection", "close");
    return get;
  }

  private @Nullable Void polite(Mode.Client client, int port) {
    while (made.incrementAndGet() <= calls) {
      innocent.incrementAndGet();
      try {
        int status = client.client().execute(get(port), response -> response.getCode());
        if (status != 200) {
          innocentFailed.incrementAndGet();
        }
      } catch (IOException failed) {
        innocentFailed.incrementAndGet();
      }
    }
    return null;
  }

  private @Nullable Void rude(Mode.Client client, int port, ScheduledExecutorService timer) {
    while (made.incrementAndGet() <= calls) {
      HttpGet get = get(port);
      long micros = ThreadLocalRandom.current().nextInt(MOST_MICROS);
      Future<?> abort = timer.schedule(get::abort, micros, TimeUnit.MICROSECONDS);
      try {
        client.client().execute(get, response -> response.getCode());
      } catch (IOException | RuntimeException hungUp) {
        aborted.incrementAndGet();
      }
      abort.cancel(false);
    }
    return null;
  }

  /** Opens and closes sockets whose numbers the client's may have had, and looks at them. */
  private @Nullable Void stranger(int port) throws IOException {
    int idle;
    try (Socket untouched = new Socket()) {
      idle = untouched.getOption(ExtendedSocketOptions.TCP_KEEPIDLE);
    }
    while (made.get() < calls) {
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
        opened.incrementAndGet();
        LockSupport.parkNanos(HELD_NANOS);
        if (socket.getTcpNoDelay()
            || socket.getKeepAlive()
            || socket.getOption(ExtendedSocketOptions.TCP_KEEPIDLE) != idle) {
          changed.incrementAndGet();
        }
        socket.setSoLinger(true, 0);
      } catch (SocketException busy) {
        LockSupport.parkNanos(HELD_NANOS);
      }
    }
    return null;
  }
}
