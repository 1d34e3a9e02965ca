package dev.holdfast.internal.dial;

import dev.holdfast.dial.AddressBusyException;
import dev.holdfast.dial.RedialReason;
import dev.holdfast.gate.Admission;
import dev.holdfast.gate.Closer;
import dev.holdfast.gate.ConnectGate;
import dev.holdfast.gate.ConnectOutcome;
import dev.holdfast.gate.Permit;
import dev.holdfast.gate.PortsExhaustedException;
import dev.holdfast.internal.metrics.Guarded;
import dev.holdfast.internal.retry.RetryBudgets;
import dev.holdfast.internal.wire.SocketErrors;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What {@link Redialler} does for a channel, for a thread that connects by itself: asks the gate,
 * waits its turn, dials, and dials again from another source port while nothing answers, or on a
 * balanced path while it is refused. The user's connect timeout holds for all of it together.
 * Thread-safe.
 */
public final class BlockingDialler {

  /** Between looks at whether the caller still wants its connection. */
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  /** Where the user's timeout is not known, no dial but the last starts later than this. */
  private static final long UNKNOWN_TIMEOUT_NANOS = TimeUnit.MILLISECONDS.toNanos(2_000);

  /** One dial of the client's own. */
  @FunctionalInterface
  public interface Dial {

    /**
     * Connects, in the client's own way, up to where it hands the connection out.
     *
     * @param order what to do
     * @return how it went
     * @throws SilentDialException if it was given up, see {@link Order#giveUp()}; whatever the dial
     *     had opened is closed
     * @throws IOException as the client reports it
     */
    Dialled dial(Order order) throws IOException;
  }

  /**
   * What a dial is to do.
   *
   * @param leftNanos what is left of the user's timeout; {@link Long#MAX_VALUE} if not known
   * @param silenceNanos after how long without an answer to ask whether to give up; empty for the
   *     last dial
   * @param giveUp to be asked on any thread, once for each address that the client dials in turn:
   *     true if the dial is to be given up for the next, false if it is to be left alone
   * @param source the local address to dial from; null for any
   * @param connected to be run once the TCP handshake is done; what fails after it is no failed
   *     connect
   * @param permit of the connection, to be told of its end if it was connected
   */
  public record Order(
      long leftNanos,
      OptionalLong silenceNanos,
      BooleanSupplier giveUp,
      @Nullable InetAddress source,
      Runnable connected,
      Permit permit) {}

  /**
   * A dial that succeeded.
   *
   * @param rttNanos the round trip of its handshake, negative if unknown
   * @param synsRepeated how often the kernel sent its SYN again
   */
  public record Dialled(long rttNanos, long synsRepeated) {}

  private final SharedDials shared;

  /**
   * A dialler for all connections of one client.
   *
   * @param settings how to dial; the first reply is not checked
   * @param listener hears of every connect, on the thread that connects
   * @param gate asked before the first dial of every connect
   */
  public BlockingDialler(RedialSettings settings, ConnectListener listener, ConnectGate gate) {
    this(settings, listener, gate, new RetryBudgets(System::nanoTime));
  }

  /**
   * A dialler that shares what redials may cost.
   *
   * @param settings how to dial; the first reply is not checked
   * @param listener hears of every connect, on the thread that connects
   * @param gate asked before the first dial of every connect
   * @param budgets of the replays of the same client
   */
  public BlockingDialler(
      RedialSettings settings, ConnectListener listener, ConnectGate gate, RetryBudgets budgets) {
    this.shared = new SharedDials(settings, listener, gate, budgets);
  }

  /**
   * Connects once. Blocks for as long as the gate and the dials take.
   *
   * @param remote what the client is about to dial, for the gate's books, the round trips
   *     remembered and the report; unresolved where only the client resolves
   * @param timeoutNanos the user's timeout, waiting at the gate included; 0 if not known
   * @param cancelled whether the caller has given its connection up: looked at while waiting at the
   *     gate, and after a dial that failed
   * @param dial one dial; called at least once if the gate admits the connect
   * @throws IOException of the last dial, or the gate's refusal; {@link SocketTimeoutException} if
   *     the turn did not come in time
   */
  public void connect(
      InetSocketAddress remote, long timeoutNanos, BooleanSupplier cancelled, Dial dial)
      throws IOException {
    connect(remote, timeoutNanos, false, cancelled, dial);
  }

  /**
   * The same for one of several addresses.
   *
   * @param remote the address
   * @param timeoutNanos the user's timeout, waiting at the gate included; 0 if not known
   * @param more whether there are others to be dialled: then it is dialled once, for one redial
   *     delay if that is less than half of the timeout, and nobody waits at its gate
   * @param cancelled whether the caller has given its connection up
   * @param dial one dial
   * @throws SilentDialException if there are more, and this one did not answer in time
   * @throws AddressBusyException if there are more, and the gate of this one is not open
   * @throws IOException of the last dial, or the gate's refusal
   */
  public void connect(
      InetSocketAddress remote,
      long timeoutNanos,
      boolean more,
      BooleanSupplier cancelled,
      Dial dial)
      throws IOException {
    new Connect(remote, timeoutNanos, more, cancelled, dial).run();
  }

  /** One connect. Its thread blocks while another asks {@link #giveUp}. */
  private final class Connect {

    private final InetSocketAddress remote;
    private final long timeout;
    private final boolean more;
    private final BooleanSupplier cancelled;
    private final Dial dial;
    private final DialTally tally;
    private final long began = System.nanoTime();
    private @Nullable InetAddress source;
    private boolean tcpConnected;

    private Connect(
        InetSocketAddress remote,
        long timeout,
        boolean more,
        BooleanSupplier cancelled,
        Dial dial) {
      this.remote = remote;
      this.timeout = timeout;
      this.more = more;
      this.cancelled = cancelled;
      this.dial = dial;
      this.tally = shared.tally(remote, timeout == 0 ? UNKNOWN_TIMEOUT_NANOS : timeout);
    }

    private long elapsed() {
      return System.nanoTime() - began;
    }

    private long left() {
      return timeout == 0 ? Long.MAX_VALUE : Math.max(0, timeout - elapsed());
    }

    private void run() throws IOException {
      Permit permit = admitted(() -> shared.gate().admit(remote, left()));
      shared.begins();
      while (true) {
        try {
          connected(dialOnce(permit));
          return;
        } catch (IOException | RuntimeException failure) {
          permit = again(permit, failure);
        } catch (Throwable error) { // of the caller's dial: nothing is known of the socket
          Permit last = permit;
          Guarded.run(GateVisit.GATE, () -> last.failed(error));
          report(ConnectOutcome.FAILED, -1);
          throw error;
        }
      }
    }

    private Dialled dialOnce(Permit permit) throws IOException {
      synchronized (this) {
        source = shared.source(remote);
        tally.dialled();
      }
      return dial.dial(
          new Order(
              left(),
              tally.silence(elapsed()),
              () -> giveUp(permit),
              source,
              () -> tcpConnected(permit),
              permit));
    }

    private void tcpConnected(Permit permit) {
      tcpConnected = true;
      Guarded.run(GateVisit.GATE, permit::connected);
    }

    private synchronized boolean giveUp(Permit permit) {
      Guarded.run(GateVisit.GATE, permit::silent);
      return more || tally.redial(RedialReason.SILENCE, elapsed());
    }

    private synchronized void connected(Dialled done) {
      tally.succeeded();
      shared.learn(remote, done.rttNanos());
      tally.synsRepeated(done.synsRepeated());
      report(ConnectOutcome.CONNECTED, done.rttNanos());
    }

    /** The permit of the next dial. */
    private Permit again(Permit permit, Exception failure) throws IOException {
      if (!tcpConnected && gaveUp(failure)) {
        Guarded.run(GateVisit.GATE, () -> permit.closed(Closer.LOCAL));
        report(ConnectOutcome.CANCELLED, -1);
        throw rethrown(failure);
      }
      @Nullable SocketAddress from = source == null ? null : new InetSocketAddress(source, 0);
      return !tcpConnected && SourcePorts.lacking(failure, from)
          ? admitted(permit::exhausted) // without the lock: this may wait
          : settled(permit, failure);
    }

    private synchronized Permit settled(Permit permit, Exception failure) throws IOException {
      if (tcpConnected) {
        report(ConnectOutcome.CONNECTED, -1);
        throw rethrown(failure);
      }
      if (failure instanceof SilentDialException && !more) {
        return permit;
      }
      RedialReason why = tally.turnedAway(failure);
      if (why != null && !more && left() > 0 && tally.redial(why, elapsed())) {
        return permit;
      }
      Guarded.run(GateVisit.GATE, () -> permit.failed(failure));
      report(outcome(failure), -1);
      throw rethrown(failure);
    }

    /** The caller closed the socket under its own dial, which tells nothing about the endpoint. */
    private boolean gaveUp(Exception failure) {
      boolean interrupted =
          failure instanceof InterruptedIOException && !(failure instanceof SocketTimeoutException);
      return interrupted || SocketErrors.isInterrupt(failure) || unwanted();
    }

    /** A caller who cannot say so is taken to want his connection. */
    private boolean unwanted() {
      boolean[] said = new boolean[1];
      Guarded.run("the caller of a connect", () -> said[0] = cancelled.getAsBoolean());
      return said[0];
    }

    private static IOException rethrown(Exception failure) {
      if (failure instanceof IOException io) {
        return io;
      }
      throw (RuntimeException) failure;
    }

    private static ConnectOutcome outcome(Exception failure) {
      return failure instanceof SocketTimeoutException
          ? ConnectOutcome.TIMED_OUT
          : ConnectOutcome.of(failure);
    }

    private Permit admitted(Supplier<Admission> gate) throws IOException {
      Admission answer = GateVisit.ask(gate);
      if (more && !(answer instanceof Admission.Go)) {
        if (answer instanceof Admission.Wait wait) {
          Guarded.run(GateVisit.GATE, wait.turn()::leave);
        }
        report(ConnectOutcome.NOT_ADMITTED, -1);
        throw new AddressBusyException();
      }
      while (answer instanceof Admission.Wait wait) {
        answer = waitFor(wait);
      }
      if (answer instanceof Admission.Go go) {
        return go.permit();
      }
      IOException refusal = ((Admission.Refused) answer).cause();
      boolean ports = refusal instanceof PortsExhaustedException;
      report(ports ? ConnectOutcome.NO_LOCAL_PORT : ConnectOutcome.NOT_ADMITTED, -1);
      throw refusal;
    }

    private Admission waitFor(Admission.Wait wait) throws IOException {
      long since = System.nanoTime();
      boolean come = false;
      try {
        awaitTurn(wait, since + wait.nanos());
        come = true;
      } finally {
        tally.waited(System.nanoTime() - since);
        if (!come) {
          Guarded.run(GateVisit.GATE, wait.turn()::leave);
        }
      }
      return GateVisit.ask(wait.turn()::again);
    }

    private void awaitTurn(Admission.Wait wait, long until) throws IOException {
      for (long rest = wait.nanos(); rest > 0; rest = until - System.nanoTime()) {
        LockSupport.parkNanos(Math.min(rest, LOOK_NANOS));
        if (Thread.currentThread().isInterrupted() || unwanted()) {
          report(ConnectOutcome.CANCELLED, -1);
          throw new InterruptedIOException("gave up waiting for leave to connect");
        }
        if (left() == 0) {
          report(ConnectOutcome.TIMED_OUT, -1);
          throw new SocketTimeoutException("timed out waiting for leave to connect");
        }
      }
    }

    private void report(ConnectOutcome outcome, long rttNanos) {
      shared.report(tally.report(remote, outcome, elapsed(), rttNanos));
    }
  }
}
