package dev.holdfast.http.okhttp;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.internal.socket.Death;
import dev.holdfast.internal.socket.GuardedSocket;
import dev.holdfast.internal.socket.OpenSocket;
import dev.holdfast.internal.socket.ReuseCheck;
import dev.holdfast.internal.socket.SocketConnects;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.SocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * The socket under one connection of OkHttp's. OkHttp asks each connection that it takes from its
 * pool whether its socket is closed, on the caller's thread: one that must not be used answers that
 * it is.
 */
@SuppressWarnings("UnsynchronizedOverridesSynchronized") // the socket underneath has its own locks
final class Carrier extends GuardedSocket {

  private final Carriers carriers;
  private final AtomicInteger exchanges = new AtomicInteger();
  private final Object lock = new Object();
  private int streams; // under the lock, with what the socket is told of them
  private volatile boolean multiplexed;
  private volatile @Nullable Runnable forget;
  private volatile @Nullable Death leaving;

  Carrier(SocketConnects connects, SocketFactory users, Carriers carriers) throws IOException {
    super(connects, users);
    this.carriers = carriers;
  }

  @Override
  public void connect(SocketAddress endpoint, int timeout) throws IOException {
    super.connect(endpoint, timeout);
    carriers.add(this);
    if (super.isClosed()) { // perhaps before it was added
      forget();
    }
  }

  /** The connection is of HTTP/2: many exchanges share it from now on. */
  void multiplex() {
    if (!multiplexed) {
      multiplexed = true;
      keepByHand();
    }
  }

  boolean isMultiplexed() {
    return multiplexed;
  }

  /**
   * An exchange begins.
   *
   * @return whether it is not the first
   */
  boolean begins() {
    OpenSocket up = open();
    if (multiplexed && up != null) {
      synchronized (lock) {
        if (streams++ == 0) {
          up.begins();
        } else {
          up.joins();
        }
      }
    }
    return exchanges.getAndIncrement() > 0;
  }

  /** Nobody waits for the head of an answer any more, of those on this stream. */
  void rests(boolean answered) {
    OpenSocket up = open();
    if (!multiplexed || up == null) {
      return;
    }
    if (answered) {
      up.answered();
    }
    synchronized (lock) {
      if (--streams == 0) {
        up.rests(false);
      }
    }
  }

  @Override
  public boolean isClosed() {
    if (super.isClosed()) {
      return true;
    }
    OpenSocket up = open();
    if (up != null && up.end().death() != null) {
      return true;
    }
    CurrentCall call = CurrentCall.get();
    if (up == null || call == null || !call.looksAt(this)) {
      return false;
    }
    boolean refused = isRefused(call);
    if (!refused) {
      call.takes(this);
    }
    return refused;
  }

  private boolean isRefused(CurrentCall call) {
    // In this order: the first exchange of HTTP/2, perhaps about to begin, says so before it does.
    if (exchanges.get() > 0 && !multiplexed) {
      return refuse(call.mayRunTwice(), call) != null;
    }
    // What arrives over HTTP/2 at any time was read by its reader, and none of it is an answer; nor
    // is a ticket of TLS 1.3, which waits behind the handshake until the first answer is read.
    Death why = judge(ReuseCheck.Input.ANY, call.mayRunTwice(), call);
    if (why == null) {
      return false;
    }
    if (why.cause() == Cause.PROBES_UNANSWERED || why.cause() == Cause.PATH_SILENT) {
      giveUp(why); // its streams are as dead as it is
    } else {
      leaving = why; // others may be reading yet what has arrived: OkHttp closes it behind them
    }
    return true;
  }

  private void forget() {
    Runnable last = forget;
    if (last != null) {
      forget = null;
      last.run();
    }
  }

  /** What forgets it again. */
  void isAt(Runnable forget) {
    this.forget = forget;
  }

  @Override
  public void close() throws IOException {
    forget();
    OpenSocket up = open();
    Death why = leaving;
    if (up != null && why != null) {
      up.end().dies(why);
    }
    super.close();
  }
}
