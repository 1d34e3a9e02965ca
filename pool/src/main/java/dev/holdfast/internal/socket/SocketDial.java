package dev.holdfast.internal.socket;

import dev.holdfast.internal.dial.BlockingDialler.Dialled;
import dev.holdfast.internal.dial.BlockingDialler.Order;
import dev.holdfast.internal.usage.EndpointChurn;
import dev.holdfast.internal.wire.SocketProbe;
import dev.holdfast.path.ConnectionPlan;
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
 * One dial of a client's own, told of its socket before and after it connects. A dial that nobody
 * answers is given up by closing its socket from the guard's thread: a short timeout would be the
 * TLS handshake's as well. A client may then go on to the server's next address, for which the same
 * holds. Confined to the thread that dials, but for that.
 */
public final class SocketDial {

  private final SocketParts guard;
  private final Order order;
  private final InetSocketAddress endpoint;
  private final ConnectionPlan plan;
  private final EndpointChurn churn;

  private @Nullable Socket dialling;
  private @Nullable Future<?> silence;
  private @Nullable OpenSocket socket;
  private int descriptor = -1;
  private long dialledNanos;
  private long tookNanos = -1;
  private boolean givenUp;

  /**
   * Begins.
   *
   * @param guard what its guard shares
   * @param order of the dialler
   * @param endpoint what is dialled
   * @param plan of the path to its host
   * @param churn where its endpoint's opens and closes are counted
   */
  public SocketDial(
      SocketParts guard,
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

  /** It is over, whatever became of it. */
  public synchronized void end() {
    dialling = null;
    if (silence != null) {
      silence.cancel(false);
    }
  }

  /**
   * About to connect; again for each further address of the server.
   *
   * @param to not connected, and nothing set on it
   * @throws IOException if it is closed, or the source address is not to be had
   */
  public void dials(Socket to) throws IOException {
    dials(to, SocketProbe.create(to));
  }

  /**
   * The same for a socket that has its descriptor.
   *
   * @param to not connected
   * @param likely what {@link SocketProbe#create} returned for it
   * @throws IOException if it is closed, or the source address is not to be had
   */
  public synchronized void dials(Socket to, int likely) throws IOException {
    descriptor = likely;
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

  /**
   * The handshake is done.
   *
   * @param to the same socket
   * @return the connection
   * @throws IOException if it was given up meanwhile
   */
  public OpenSocket connected(Socket to) throws IOException {
    synchronized (this) {
      if (givenUp) {
        throw new SocketException("answered as it was given up");
      }
      dialling = null;
      tookNanos = System.nanoTime() - dialledNanos;
    }
    order.connected().run();
    OpenSocket up =
        new OpenSocket(
            to, SocketProbe.of(to, descriptor), endpoint, plan, guard, order.permit(), churn);
    socket = up;
    return up;
  }

  /**
   * What was dialled is a name's.
   *
   * @param name with the address
   */
  public void named(DialledName name) {
    OpenSocket up = socket;
    if (up != null) {
      up.name().is(name);
    }
  }

  /** Nobody is left to take the connection. */
  public void abandon() {
    OpenSocket up = socket;
    if (up != null) {
      up.end().abandon();
    }
  }

  /**
   * Whether the handshake was done.
   *
   * @return true from {@link #connected} on
   */
  public boolean isConnected() {
    return socket != null;
  }

  /**
   * Whether nobody answered in time.
   *
   * @return true if its socket was closed for that
   */
  public synchronized boolean givenUp() {
    return givenUp;
  }

  /**
   * How it went: the kernel's round trip, unless the SYN was sent more than once; the dial's own
   * time where the kernel cannot be asked.
   *
   * @return for the dialler
   */
  public Dialled dialled() {
    OpenSocket up = socket;
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
