package dev.holdfast.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.ObjLongConsumer;
import org.jspecify.annotations.Nullable;

/** The loop that owns all sockets and the flow table of one middlebox. */
final class Forwarder {
  private static final Duration CONTROL_DEADLINE = Duration.ofSeconds(10);
  private static final long LONGEST_SLEEP_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** What a selection key calls; the argument is the loop's {@code nanoTime}. */
  interface Ready {
    void ready(long now);
  }

  /** What stays the same for a middlebox's whole life. */
  record Settings(int upstreamPort, Forgetting forgetting, long idleLimitNanos) {
    static final long NEVER = 0;
  }

  private final Settings settings;
  private final Counters counters;
  private final Selector selector;
  private final ServerSocketChannel listener;
  private final Queue<Runnable> controls = new ConcurrentLinkedQueue<>();
  private final List<Flow> flows = new ArrayList<>();
  private final Thread thread;
  private volatile long delayNanos;
  private volatile boolean closing;

  Forwarder(Settings settings, Counters counters) throws IOException {
    this.settings = settings;
    this.counters = counters;
    this.selector = Selector.open();
    this.listener = ServerSocketChannel.open();
    try {
      listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      listener.configureBlocking(false);
      listener.register(selector, SelectionKey.OP_ACCEPT, (Ready) this::accept);
    } catch (IOException e) {
      listener.close();
      selector.close();
      throw e;
    }
    this.thread = new Thread(this::run, "holdfast-lab-middlebox-" + port());
    this.thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  int port() {
    return listener.socket().getLocalPort();
  }

  void delayReplies(long nanos) {
    delayNanos = nanos;
  }

  /** Runs the action on the loop for every flow present and returns when that is done. */
  void onEveryFlow(ObjLongConsumer<Flow> action) {
    CompletableFuture<@Nullable Void> done = new CompletableFuture<>();
    controls.add(
        () -> {
          long now = System.nanoTime();
          accept(now); // a client whose handshake is through counts as present
          flows.forEach(flow -> action.accept(flow, now));
          done.complete(null);
        });
    selector.wakeup();
    try {
      done.get(closing ? 0 : CONTROL_DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while controlling the middlebox", e);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException(
          "The middlebox did not act" + (closing ? ": it is closed" : ""), e);
    }
  }

  void close() {
    closing = true;
    selector.wakeup();
    try {
      thread.join(CONTROL_DEADLINE.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try {
      while (!closing) {
        selector.select(sleepMillis());
        long now = System.nanoTime();
        for (SelectionKey key : selector.selectedKeys()) {
          // An earlier key's handler may have closed this key's channel.
          if (key.isValid()) {
            ((Ready) key.attachment()).ready(now);
          }
        }
        selector.selectedKeys().clear();
        for (Runnable control = controls.poll(); control != null; control = controls.poll()) {
          control.run();
        }
        long settled = System.nanoTime();
        flows.forEach(flow -> flow.settle(settled));
        flows.removeIf(Flow::closed);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      closing = true;
      flows.forEach(Flow::close);
      closeLoop();
    }
  }

  private void closeLoop() {
    try {
      listener.close();
      selector.close();
    } catch (IOException ignored) {
      // Nothing depends on it any more.
    }
  }

  private long sleepMillis() {
    long now = System.nanoTime();
    long nanos = LONGEST_SLEEP_NANOS;
    for (Flow flow : flows) {
      nanos = Math.min(nanos, flow.nanosToNextDue(now));
    }
    return 1 + TimeUnit.NANOSECONDS.toMillis(nanos);
  }

  private void accept(long now) {
    try {
      for (SocketChannel client = listener.accept(); client != null; client = listener.accept()) {
        counters.accepted.incrementAndGet();
        SocketChannel server = SocketChannel.open();
        configure(client);
        configure(server);
        Flow flow = new Flow(settings, () -> delayNanos, counters, selector, client, server, now);
        flow.connect(new InetSocketAddress(listener.socket().getInetAddress(), upstreamPort()));
        flows.add(flow);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private int upstreamPort() {
    return settings.upstreamPort();
  }

  private static void configure(SocketChannel channel) throws IOException {
    channel.configureBlocking(false);
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
  }
}
