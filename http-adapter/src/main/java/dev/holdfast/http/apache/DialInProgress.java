package dev.holdfast.http.apache;

import dev.holdfast.dial.BlockingDialler.Dialled;
import dev.holdfast.dial.BlockingDialler.Order;
import dev.holdfast.http.DialledName;
import dev.holdfast.path.ConnectionPlan;
import dev.holdfast.usage.EndpointChurn;
import dev.holdfast.wire.SocketProbe;
import dev.holdfast.wire.WireSnapshot;
import dev.holdfast.wire.WireSource;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One dial of HttpClient's own, seen through the socket that it hands to the connection before and
 * after it connects. A dial that nobody answers is given up by closing its socket from the guard's
 * thread: a short timeout would be the TLS handshake's as well. HttpClient then goes on to the
 * server's next address, for which the same holds.
 */
final class DialInProgress {

  private static final ThreadLocal<@Nullable DialInProgress> CURRENT = new ThreadLocal<>();

  private final GuardParts guard;
  private final Order order;
  private final InetSocketAddress endpoint;
  private final ConnectionPlan plan;
  private final EndpointChurn churn;

  private @Nullable Socket dialling;
  private @Nullable Future<?> silence;
  private @Nullable GuardedSocket socket;
  private int descriptor = -1;
  private long dialledNanos;
  private long tookNanos = -1;
  private boolean givenUp;

  DialInProgress(
      GuardParts guard,
      Order order,
      InetSocketAddress endpoint,
      ConnectionPlan plan,
      EndpointChurn churn) {
    this.guard = guard;
    this.order = order;
    this.endpoint = endpoint;
    this.plan = plan;
    this.churn = churn;
  }

  static @Nullable DialInProgress get() {
    return CURRENT.get();
  }

  void begin() {
    CURRENT.set(this);
  }

  synchronized void end() {
    CURRENT.remove();
    dialling = null;
    if (silence != null) {
      silence.cancel(false);
    }
  }

  /** About to connect; again for each further address of the server. */
  synchronized void dials(Socket to) throws IOException {
    descriptor = SocketProbe.create(to);
    InetAddress source = order.source();
    if (source != null && !to.isBound()) {
      to.bind(new InetSocketAddress(source, 0));
    }
    dialling = to;
    givenUp = false;
    dialledNanos = System.nanoTime();
    if (silence != null) {
      silence.cancel(false);
    }
    if (order.silenceNanos().isPresent()) {
      silence =
          guard
              .timer()
              .schedule(() -> silent(to), order.silenceNanos().getAsLong(), TimeUnit.NANOSECONDS);
    }
  }

  private synchronized void silent(Socket unanswered) {
    if (dialling != unanswered || SocketProbe.isAnswered(descriptor)) {
      return;
    }
    givenUp = order.giveUp().getAsBoolean();
    if (givenUp) {
      try {
        unanswered.close();
      } catch (IOException unheard) {
        // then its own timeout ends it
      }
    }
  }

  /** The handshake is done. */
  GuardedSocket connected(Socket to) throws IOException {
    synchronized (this) {
      if (givenUp) {
        throw new SocketException("answered as it was given up");
      }
      dialling = null;
      tookNanos = System.nanoTime() - dialledNanos;
    }
    order.connected().run();
    GuardedSocket up =
        new GuardedSocket(
            to, SocketProbe.of(to, descriptor), endpoint, plan, guard, order.permit(), churn);
    socket = up;
    return up;
  }

  /** What was dialled is a name's. */
  void named(DialledName name) {
    GuardedSocket up = socket;
    if (up != null) {
      up.dialledBy(name);
    }
  }

  /** Nobody is left to take the connection. */
  void abandon() {
    GuardedSocket up = socket;
    if (up != null) {
      up.end().abandon();
    }
  }

  boolean isConnected() {
    return socket != null;
  }

  synchronized boolean givenUp() {
    return givenUp;
  }

  /** The kernel's round trip, unless the SYN was sent more than once; its own time without one. */
  Dialled dialled() {
    GuardedSocket up = socket;
    if (up == null) {
      return new Dialled(-1, 0);
    }
    WireSnapshot wire = up.read(System.nanoTime());
    if (wire.source() == WireSource.NONE) {
      boolean once = tookNanos < TimeUnit.SECONDS.toNanos(1); // TCP_TIMEOUT_INIT
      return new Dialled(once ? tookNanos : -1, 0);
    }
    return new Dialled(
        wire.totalRetrans() == 0 ? TimeUnit.MICROSECONDS.toNanos(wire.rttMicros()) : -1,
        wire.totalRetrans());
  }
}
