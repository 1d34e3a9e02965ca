package dev.holdfast.lab;

import dev.holdfast.lab.Forwarder.Settings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;

/**
 * A TCP forwarder on loopback with a flow table that forgets. It stands between clients and one
 * upstream port and shows a client what a load balancer, NAT or firewall shows it.
 *
 * <p>Its idle clock counts payload only: a user-space forwarder terminates TCP, so neither
 * keepalive probes nor their ACKs pass through it, and it can imitate neither SYN loss nor stale
 * ACKs. A server that refuses is passed on as an RST right after the client's handshake.
 *
 * <p>Fault controls act on the flows present when they are called, never on later ones, and have
 * taken effect when they return; after {@link #close()} they throw {@link IllegalStateException}.
 * All methods are thread-safe. One daemon thread does the work.
 */
public final class Middlebox implements AutoCloseable {

  private final Counters counters = new Counters();
  private final Forwarder forwarder;
  private final int port;

  private Middlebox(Settings settings, Duration delay) throws IOException {
    this.forwarder = new Forwarder(settings, counters);
    this.port = forwarder.port();
    forwarder.delayReplies(delay.toNanos());
    forwarder.start();
  }

  /**
   * Begins a middlebox in front of a loopback port.
   *
   * @param upstreamPort the server's port on 127.0.0.1
   * @return a builder with {@link Forgetting#RESET_ON_NEXT_BYTE}, no idle limit and no delay
   * @throws IllegalArgumentException if the port is outside 1..65535
   */
  public static Builder to(int upstreamPort) {
    return new Builder(upstreamPort);
  }

  /**
   * The port clients connect to.
   *
   * @return a port on 127.0.0.1
   */
  public int port() {
    return port;
  }

  /** Forgets every present flow now, as a failover to a box with an empty table does. */
  public void forgetAll() {
    forwarder.onEveryFlow((flow, now) -> flow.forget());
  }

  /** From now on the server still reads and executes, but its bytes are eaten. */
  public void swallowReplies() {
    forwarder.onEveryFlow((flow, now) -> flow.swallowReplies());
  }

  /** Closes the client's end of every present flow in order (FIN), and the server's end with it. */
  public void finAll() {
    forwarder.onEveryFlow((flow, now) -> flow.finish());
  }

  /** Answers every present client with an RST and closes the server's end. */
  public void resetAll() {
    forwarder.onEveryFlow((flow, now) -> flow.reset());
  }

  /**
   * Waits until the kernel has handed every client the end of its connection, after {@link
   * #finAll()} or {@link #resetAll()}: on a loaded host that is later than its sending. For clients
   * in this network namespace, while none of them connects.
   */
  public void awaitEndsMet() {
    Loopback.awaitEndsHeard(port());
  }

  /**
   * Stops carrying anything, in both directions and including FIN and RST. Bytes sent meanwhile are
   * held and arrive after {@link #heal()}, as retransmissions would; those of a client that reset
   * its end in the meantime do not.
   */
  public void blackhole() {
    forwarder.onEveryFlow((flow, now) -> flow.blackhole());
  }

  /** Ends {@link #blackhole()}. */
  public void heal() {
    forwarder.onEveryFlow(Flow::heal);
  }

  /**
   * Delays all replies read from the server from now on, on present and later flows.
   *
   * @param delay how long each reply is held; zero for none
   * @throws IllegalArgumentException if negative
   */
  public void delayReplies(Duration delay) {
    requireNotNegative(delay);
    forwarder.delayReplies(delay.toNanos());
  }

  /**
   * Connections accepted from clients since the start.
   *
   * @return the count
   */
  public long connectionsAccepted() {
    return counters.accepted.get();
  }

  /**
   * Flows with at least one socket still open here, forgotten ones included.
   *
   * @return the count
   */
  public long flowsOpen() {
    return counters.open.get();
  }

  /**
   * Flows forgotten since the start, by idle limit, {@link #forgetAll()} or a lost FIN.
   *
   * @return the count
   */
  public long flowsForgotten() {
    return counters.forgotten.get();
  }

  /**
   * RSTs sent to clients since the start.
   *
   * @return the count
   */
  public long resetsSent() {
    return counters.resets.get();
  }

  /**
   * Payload bytes handed to the server since the start.
   *
   * @return the count
   */
  public long bytesToServer() {
    return counters.toServer.get();
  }

  /**
   * Payload bytes handed to clients since the start; counted just after they were.
   *
   * @return the count
   */
  public long bytesToClient() {
    return counters.toClient.get();
  }

  /**
   * Payload bytes read and thrown away since the start: those on forgotten flows and swallowed
   * replies. After {@link #swallowReplies()} a rise proves that the server has answered.
   *
   * @return the count
   */
  public long bytesDropped() {
    return counters.dropped.get();
  }

  /** Stops listening, closes every socket and ends the thread. Does nothing the second time. */
  @Override
  public void close() {
    forwarder.close();
  }

  private static void requireNotNegative(Duration delay) {
    if (delay.isNegative()) {
      throw new IllegalArgumentException("delay must not be negative: " + delay);
    }
  }

  /** Settings of a middlebox to be started. Not thread-safe. */
  public static final class Builder {
    private final int upstreamPort;
    private Forgetting forgetting = Forgetting.RESET_ON_NEXT_BYTE;
    private long idleLimitNanos = Settings.NEVER;
    private Duration delay = Duration.ZERO;

    private Builder(int upstreamPort) {
      if (upstreamPort < 1 || upstreamPort > 65_535) {
        throw new IllegalArgumentException("upstreamPort must be 1..65535: " + upstreamPort);
      }
      this.upstreamPort = upstreamPort;
    }

    /**
     * What forgotten flows meet.
     *
     * @param forgetting the way
     * @return this builder
     */
    public Builder forgetting(Forgetting forgetting) {
      this.forgetting = forgetting;
      return this;
    }

    /**
     * After how long without payload in either direction a flow is forgotten.
     *
     * @param limit the idle limit
     * @return this builder
     * @throws IllegalArgumentException if not positive
     */
    public Builder idleLimit(Duration limit) {
      if (limit.isNegative() || limit.isZero()) {
        throw new IllegalArgumentException("idleLimit must be positive: " + limit);
      }
      this.idleLimitNanos = limit.toNanos();
      return this;
    }

    /**
     * How long replies are delayed from the start; see {@link Middlebox#delayReplies(Duration)}.
     *
     * @param delay how long each reply is held; zero for none
     * @return this builder
     * @throws IllegalArgumentException if negative
     */
    public Builder delayReplies(Duration delay) {
      requireNotNegative(delay);
      this.delay = delay;
      return this;
    }

    /**
     * Opens the listening port and starts forwarding.
     *
     * @return the running middlebox
     * @throws UncheckedIOException if no port can be opened
     */
    public Middlebox start() {
      try {
        return new Middlebox(new Settings(upstreamPort, forgetting, idleLimitNanos), delay);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
