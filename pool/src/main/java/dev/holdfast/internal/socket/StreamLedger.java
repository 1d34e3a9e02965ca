package dev.holdfast.internal.socket;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.wire.WireSnapshot;
import dev.holdfast.wire.WireSource;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What passes through the streams of one connection, and who waits on them. Whoever reads waits for
 * an answer if something was written since the last was read, or if the same thread wrote it: a
 * reader of its own that waits for what may come, as of a subscription, is no call in flight.
 *
 * <p>Written by the threads that use the streams; what they write at the same time may be told of
 * only one.
 */
final class StreamLedger implements ReuseCheck.Input {

  /**
   * Without {@code TCP_INFO} only a read finds a FIN, and takes a millisecond: not for the young.
   */
  private static final long READ_AFTER_NANOS = Duration.ofMillis(100).toNanos();

  private static final int NOBODY = -1;

  private final OpenSocket socket;
  private volatile boolean byHand;
  private volatile boolean unanswered;
  private volatile long writer = NOBODY;
  private volatile long taken;
  private volatile long sent;
  private volatile long offered;
  private volatile boolean timedOut;

  StreamLedger(OpenSocket socket) {
    this.socket = socket;
  }

  /** From now on whoever uses the connection says itself when somebody waits on it. */
  void keepByHand() {
    byHand = true;
    unanswered = false;
  }

  @Override
  public long taken() {
    return taken;
  }

  long sent() {
    return sent;
  }

  long offered() {
    return offered;
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // streams have one writer at a time
  void writes(int length) {
    if (!socket.base().isClosed()) {
      offered += length;
    }
    if (byHand) {
      return;
    }
    if (unanswered) {
      socket.waits();
    } else {
      unanswered = true;
      timedOut = false;
      writer = Thread.currentThread().getId();
      socket.begins();
    }
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // streams have one writer at a time
  void wrote(int length) {
    sent += length;
    if (!byHand) {
      socket.pauses();
    }
  }

  void reads() {
    if (!byHand && (unanswered || writer == Thread.currentThread().getId())) {
      socket.waits();
    }
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // streams have one reader at a time
  void read(int length) {
    if (length < 0) {
      ended();
    } else if (length > 0) {
      taken += length;
      timedOut = false;
      heard();
    }
    if (!byHand) {
      socket.pauses();
    }
  }

  private void heard() {
    if (unanswered && !byHand) {
      unanswered = false;
      socket.answered();
    } else {
      socket.heard();
    }
  }

  /**
   * The peer's end behind an answer is that of many protocols, and so is the one behind the
   * caller's own; in place of an answer it is a loss.
   */
  private void ended() {
    Socket base = socket.base();
    boolean asked = base.isInputShutdown() || base.isOutputShutdown();
    if (unanswered && !byHand && !asked) {
      socket.end().dies(new Death(Cause.PEER_CLOSED, "end of input"));
    }
  }

  /** What a caller gets for what a stream has met. */
  IOException failed(IOException thrown, boolean closedHere) {
    if (socket.end().condemned()) {
      return GivenUp.because(socket, thrown);
    }
    if (closedHere) {
      return thrown;
    }
    if (thrown instanceof SocketTimeoutException) {
      timedOut = unanswered; // some poll: a loss only if the connection is closed for it
    } else {
      Death.of(thrown).ifPresent(socket.end()::dies);
    }
    if (!byHand) {
      socket.pauses();
    }
    return thrown;
  }

  /** The connection is closed by whom it belongs to. */
  void closes() {
    if (timedOut && unanswered) {
      socket
          .end()
          .dies(new Death(Cause.REPLY_OVERDUE, SocketTimeoutException.class.getSimpleName()));
    }
  }

  @Override
  public @Nullable Death unasked(WireSnapshot wire, long idleNanos) {
    if (wire.source() != WireSource.NONE && socket.received() == taken) {
      return null;
    }
    try {
      if (socket.base().getInputStream().available() > 0) {
        return new Death(Cause.UNSOLICITED_INPUT, "input on an idle connection");
      }
      boolean blind = wire.source() == WireSource.NONE && idleNanos >= READ_AFTER_NANOS;
      return blind ? readOnce(socket.base()) : null;
    } catch (IOException failed) {
      return Death.of(failed).orElse(new Death(Cause.PEER_RESET, "unreadable"));
    }
  }

  private static @Nullable Death readOnce(Socket base) throws IOException {
    int before = base.getSoTimeout();
    base.setSoTimeout(1);
    try {
      return base.getInputStream().read() < 0
          ? new Death(Cause.PEER_CLOSED, "end of input on an idle connection")
          : new Death(Cause.UNSOLICITED_INPUT, "input on an idle connection");
    } catch (SocketTimeoutException nothing) {
      return null;
    } finally {
      restore(base, before);
    }
  }

  private static void restore(Socket base, int millis) {
    try {
      base.setSoTimeout(millis);
    } catch (SocketException closed) {
      // then nobody reads
    }
  }
}
