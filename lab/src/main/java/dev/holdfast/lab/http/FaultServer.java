package dev.holdfast.lab.http;

import dev.holdfast.lab.Await;
import dev.holdfast.lab.TlsIdentity;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP/1.1 server on a loopback port that does to each request what it was told, {@link Answer}s
 * those it was told nothing about, and counts how often each was executed. A request is named by
 * its header {@link #REQUEST_ID}, else by its target, and counts once it has arrived as a whole. It
 * knows requests with {@code Content-Length} or in chunks, no {@code Expect}.
 *
 * <pre>{@code
 * try (FaultServer server = FaultServer.plain()) {
 *   server.next(new Exchange.Unanswered(Ending.FIN));
 *   // the next request is executed and meets a FIN; those after it are answered
 * }
 * }</pre>
 *
 * <p>It has one daemon thread for each connection, at most {@value #MAX_CONNECTIONS}; connections
 * beyond are reset. Thread-safe.
 */
public final class FaultServer implements AutoCloseable {

  /** The request header that names a request. */
  public static final String REQUEST_ID = "X-Request-Id";

  /** How many connections it holds at a time. */
  public static final int MAX_CONNECTIONS = 1024;

  private static final int BACKLOG = 1024;
  private static final Duration SOON = Duration.ofSeconds(20);

  /** As HAProxy words it on connections idle for {@code timeout http-keep-alive}. */
  private static final String FAREWELL =
      """
      HTTP/1.1 408 Request Time-out\r
      Content-length: 0\r
      Cache-Control: no-cache\r
      Connection: close\r
      \r
      """;

  private final ServerSocket listener;
  private final @Nullable TlsIdentity tls;
  private final Set<Peer> peers = ConcurrentHashMap.newKeySet();
  private final Map<String, AtomicLong> executed = new ConcurrentHashMap<>();
  private final Queue<Exchange> script = new ConcurrentLinkedQueue<>();
  private final AtomicLong begun = new AtomicLong();
  private final AtomicLong connections = new AtomicLong();
  private final ThreadPoolExecutor threads;
  private volatile Exchange usual = new Exchange.Answered(Answer.ok());
  private volatile long lastBytes;
  private volatile CountDownLatch thawed = new CountDownLatch(0);

  private FaultServer(@Nullable TlsIdentity tls) throws IOException {
    this.tls = tls;
    this.listener = new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress());
    this.threads =
        new ThreadPoolExecutor(
            1,
            MAX_CONNECTIONS + 1,
            10,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            task -> {
              Thread thread = new Thread(task, "holdfast-lab-http-" + port());
              thread.setDaemon(true);
              return thread;
            });
    threads.execute(this::accept);
  }

  /**
   * Starts a server without TLS.
   *
   * @return a server, to be closed
   */
  public static FaultServer plain() {
    return start(null);
  }

  /**
   * Starts a server with TLS, under the certificate of {@link TlsIdentity#shared()}.
   *
   * @return a server, to be closed
   */
  public static FaultServer tls() {
    return start(TlsIdentity.shared());
  }

  private static FaultServer start(@Nullable TlsIdentity tls) {
    try {
      return new FaultServer(tls);
    } catch (IOException e) {
      throw new IllegalStateException("no server on loopback", e);
    }
  }

  /**
   * Its port.
   *
   * @return a port on 127.0.0.1
   */
  public int port() {
    return listener.getLocalPort();
  }

  /**
   * An address on this server. With TLS it is one of the certificate's names.
   *
   * @param target path and query, with the leading slash
   * @return for example {@code http://127.0.0.1:4711/x}
   */
  public String uri(String target) {
    return (tls == null ? "http" : "https") + "://127.0.0.1:" + port() + target;
  }

  /**
   * Trusts this server.
   *
   * @return a context for clients
   * @throws IllegalStateException if it has no TLS
   */
  public SSLContext clientContext() {
    if (tls == null) {
      throw new IllegalStateException("started without TLS");
    }
    return tls.client();
  }

  /**
   * Says what happens to the request that comes next, on any connection; again for the one after.
   *
   * @param exchange once
   * @return this server
   */
  public FaultServer next(Exchange exchange) {
    script.add(exchange);
    return this;
  }

  /**
   * Says what happens to every request {@link #next} says nothing about.
   *
   * @param exchange from now on
   * @return this server
   */
  public FaultServer always(Exchange exchange) {
    usual = exchange;
    return this;
  }

  /**
   * How often a request was executed.
   *
   * @param id its {@link #REQUEST_ID} or target
   * @return executions, answered or not
   */
  public long executions(String id) {
    AtomicLong count = executed.get(id);
    return count == null ? 0 : count.get();
  }

  /** Starts counting executions anew, for a server that is asked a million times. */
  public void forgetExecutions() {
    executed.clear();
  }

  /**
   * How many requests began, the ones cut off too.
   *
   * @return requests of which at least one byte was read
   */
  public long begun() {
    return begun.get();
  }

  /**
   * How many bytes the request had that was executed last.
   *
   * @return head and body; 0 before the first
   */
  public long requestBytes() {
    return lastBytes;
  }

  /**
   * How many connections were accepted.
   *
   * @return since the start
   */
  public long connections() {
    return connections.get();
  }

  /**
   * How many connections are open now.
   *
   * @return those neither side has ended
   */
  public int open() {
    return peers.size();
  }

  /**
   * How many connections have had an answer and wait for the next request.
   *
   * @return open connections not in use; the client may not have read the answer yet
   */
  public int idle() {
    return (int) peers.stream().filter(Peer::isIdle).count();
  }

  /**
   * Sends bytes nobody asked for on each idle connection. When this returns they, and the end, are
   * in the receiving kernel's hands.
   *
   * @param bytes asked once for each connection; may be empty
   * @param ending how the connections end after them
   * @return how many connections were idle
   */
  public int disturbIdle(Supplier<byte[]> bytes, Ending ending) {
    List<Peer> idle = disturb(bytes, ending);
    idle.forEach(peer -> peer.awaitHeard(ending));
    return idle.size();
  }

  /**
   * The same for who does it thousands of times: the receiving kernel is not asked whether it has
   * heard, which takes milliseconds, and has not on a machine that is very busy.
   *
   * @param bytes asked once for each connection; may be empty
   * @param ending how the connections end after them
   * @return how many connections were idle
   */
  public int disturbIdleUnasked(Supplier<byte[]> bytes, Ending ending) {
    return disturb(bytes, ending).size();
  }

  private List<Peer> disturb(Supplier<byte[]> bytes, Ending ending) {
    List<Peer> idle = peers.stream().filter(peer -> peer.disturb(bytes.get(), ending)).toList();
    if (ending == Ending.RST) {
      // The kernel sends it as the last thread leaves the socket, which is the peer's own.
      Await.until("the resets are sent", SOON, () -> idle.stream().noneMatch(peers::contains));
    }
    return idle;
  }

  /**
   * Ends the idle connections without a word.
   *
   * @param ending how
   * @return how many connections were idle
   */
  public int endIdle(Ending ending) {
    return disturbIdle(() -> new byte[0], ending);
  }

  /**
   * Sends {@code 408 Request Time-out} and a FIN on each idle connection, as load balancers do.
   *
   * @return how many connections were idle
   */
  public int farewellIdle() {
    return disturbIdle(() -> Request.ascii(FAREWELL), Ending.FIN);
  }

  /** From now on requests are neither read to their end nor answered; the kernel takes them. */
  public void freeze() {
    thawed = new CountDownLatch(1);
  }

  /** Ends {@link #freeze()}; what has arrived is executed. */
  public void thaw() {
    thawed.countDown();
  }

  private void accept() {
    try {
      while (true) {
        Socket wire = listener.accept();
        connections.incrementAndGet();
        begin(wire);
      }
    } catch (IOException closed) {
      // by close()
    }
  }

  private void begin(Socket wire) throws IOException {
    wire.setTcpNoDelay(true);
    Peer peer = new Peer(this, wire, secured(wire));
    peers.add(peer);
    try {
      threads.execute(peer);
    } catch (RejectedExecutionException full) {
      wire.setSoLinger(true, 0);
      peer.closeWire();
      peers.remove(peer);
    }
  }

  private Socket secured(Socket wire) throws IOException {
    if (tls == null) {
      return wire;
    }
    SSLSocket socket =
        (SSLSocket) tls.server().getSocketFactory().createSocket(wire, null, wire.getPort(), true);
    socket.setUseClientMode(false);
    return socket;
  }

  Exchange begin() {
    begun.incrementAndGet();
    Exchange scripted = script.poll();
    return scripted == null ? usual : scripted;
  }

  void executed(Request request) {
    lastBytes = request.bytes();
    executed.computeIfAbsent(request.id(), any -> new AtomicLong()).incrementAndGet();
  }

  void awaitThaw() throws InterruptedException {
    thawed.await();
  }

  void forget(Peer peer) {
    peers.remove(peer);
  }

  /** Closes every connection and ends its threads. */
  @Override
  public void close() {
    try {
      listener.close();
    } catch (IOException ignored) {
      // it listens no more
    }
    thaw();
    threads.shutdown();
    peers.forEach(Peer::closeWire);
    try {
      threads.awaitTermination(5, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
