package dev.holdfast.internal.socket;

import dev.holdfast.internal.dial.BlockingDialler.Dialled;
import dev.holdfast.internal.dial.SilentDialException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.SocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * A socket of a guard. Its connect passes the guard's gate and dials again where a dial is lost;
 * while somebody waits on its streams its path is watched, and given up once it is dead; before it
 * is used again {@link #refuse} says whether it may be. Everything else is the socket's underneath.
 *
 * <p>Used as any socket: by any thread, reads and writes by one at a time.
 */
@SuppressWarnings("UnsynchronizedOverridesSynchronized") // the socket underneath has its own locks
public class GuardedSocket extends SocketOverSocket {

  private final SocketConnects connects;
  private volatile @Nullable StreamLedger ledger;
  private volatile @Nullable OpenSocket open;
  private volatile DroppedSockets.@Nullable Kept kept;
  private volatile boolean closed;
  private volatile boolean abort;

  /**
   * A socket that is not connected.
   *
   * @param connects of its guard
   * @param sockets makes the sockets underneath, one for each dial
   * @throws IOException if none is to be had
   */
  public GuardedSocket(SocketConnects connects, SocketFactory sockets) throws IOException {
    super(sockets);
    this.connects = connects;
  }

  /**
   * The connection, for its guard.
   *
   * @return null before it is connected, or if the guard knows nothing of it
   */
  public final @Nullable OpenSocket open() {
    return open;
  }

  /**
   * Bytes that were written to it.
   *
   * @return as of now
   */
  public final long sentBytes() {
    StreamLedger book = ledger;
    return book == null ? 0 : book.sent();
  }

  /**
   * Bytes of writes that were begun: of those that are under way or have failed nobody tells how
   * much went. A close by another thread fails a write of which the kernel has taken all.
   *
   * @return as of now, no less than {@link #sentBytes}
   */
  public final long offeredBytes() {
    StreamLedger book = ledger;
    return book == null ? 0 : book.offered();
  }

  /**
   * Bytes that were read from it.
   *
   * @return as of now
   */
  public final long receivedBytes() {
    StreamLedger book = ledger;
    return book == null ? 0 : book.taken();
  }

  /**
   * From now on whoever uses the connection says by {@link OpenSocket#begins} and {@link
   * OpenSocket#rests} when somebody waits on it, as where one connection carries many calls.
   */
  public final void keepByHand() {
    StreamLedger book = ledger;
    if (book != null) {
      book.keepByHand();
    }
  }

  /**
   * Why the connection must not carry another call; it is closed then, and its end told. To be
   * asked while nobody uses it. May block for a proof of its path, see {@link ReuseCheck}.
   *
   * @param mayRunTwice whether the call can be repeated if the path turns out to be dead
   * @param caller who waits for the proof
   * @return null if it may
   */
  public final @Nullable Death refuse(boolean mayRunTwice, Caller caller) {
    StreamLedger book = ledger;
    Death why = book == null ? null : judge(book, mayRunTwice, caller);
    if (why != null) {
      giveUp(why);
    }
    return why;
  }

  /**
   * The same for who knows more of its input, or has others on it: nothing is closed.
   *
   * @param input what was read, and what waits
   * @param mayRunTwice whether the call can be repeated if the path turns out to be dead
   * @param caller who waits for the proof
   * @return null if it may carry another call
   */
  public final @Nullable Death judge(ReuseCheck.Input input, boolean mayRunTwice, Caller caller) {
    OpenSocket up = open;
    if (up == null) {
      return null;
    }
    Death known = up.end().death();
    return known != null || closed || super.isClosed()
        ? known
        : connects.reuse().refuse(up, input, mayRunTwice, false, caller);
  }

  /**
   * Closes the connection with RST and tells why. Its streams fail from now on.
   *
   * @param why what was found
   */
  public final void giveUp(Death why) {
    OpenSocket up = open;
    if (up != null) {
      up.end().dies(why);
      up.end().abandon();
    }
  }

  @Override
  public void connect(SocketAddress endpoint) throws IOException {
    connect(endpoint, 0);
  }

  @Override
  public void connect(SocketAddress endpoint, int timeout) throws IOException {
    boolean dialled =
        endpoint instanceof InetSocketAddress inet
            && !inet.isUnresolved()
            && timeout >= 0
            && !closed
            && open == null
            && !base().isConnected()
            && !base().isClosed();
    if (dialled) {
      connect((InetSocketAddress) endpoint, TimeUnit.MILLISECONDS.toNanos(timeout), false);
    } else {
      base().connect(endpoint, timeout);
    }
  }

  /** Over all addresses of a name, one after the other. */
  final void connect(List<InetSocketAddress> addresses, AddressMemory memory) throws IOException {
    connect(addresses, memory, 0);
  }

  /**
   * Connects to one of the addresses of a name, tried one after the other.
   *
   * @param addresses resolved, in the order in which they are dialled
   * @param memory which of them have failed lately
   * @param timeoutMillis for each; 0 if there is none
   * @throws IOException of the last address
   */
  public final void connect(
      List<InetSocketAddress> addresses, AddressMemory memory, int timeoutMillis)
      throws IOException {
    long timeout = TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
    if (addresses.size() == 1) {
      connect(addresses.get(0), timeout, false);
    } else {
      new AddressRounds(memory, () -> closed, timeout)
          .connect(addresses, (address, more, nanos) -> connect(address, nanos, more));
    }
  }

  private void connect(InetSocketAddress remote, long timeoutNanos, boolean more)
      throws IOException {
    connects.connect(
        remote, timeoutNanos, more, () -> closed, (dial, left) -> dial(dial, left, remote));
  }

  private Dialled dial(SocketDial dial, long leftNanos, InetSocketAddress remote)
      throws IOException {
    Socket socket = unused();
    try {
      requireOpen();
      dial.dials(socket, descriptor());
      socket.connect(remote, millis(leftNanos));
      OpenSocket up = dial.connected(socket);
      ledger = new StreamLedger(up);
      open = up;
      kept = connects.dropped().add(this, up);
      if (closed) {
        forget();
        up.end().abandon();
        throw new SocketException("Socket closed");
      }
      return dial.dialled();
    } catch (IOException failed) {
      socket.close();
      if (dial.givenUp()) {
        throw new SilentDialException();
      }
      throw failed;
    }
  }

  private void requireOpen() throws SocketException {
    if (closed) {
      throw new SocketException("Socket closed");
    }
  }

  private static int millis(long nanos) throws SocketTimeoutException {
    if (nanos == Long.MAX_VALUE) {
      return 0;
    }
    if (nanos <= 0) {
      throw new SocketTimeoutException("connect timed out");
    }
    return (int) Math.min(Integer.MAX_VALUE, Math.max(1, nanos / 1_000_000));
  }

  @Override
  public InputStream getInputStream() throws IOException {
    InputStream in = base().getInputStream();
    StreamLedger book = ledger;
    return book == null ? in : new LedgerInput(in, book, this);
  }

  @Override
  public OutputStream getOutputStream() throws IOException {
    OutputStream out = base().getOutputStream();
    StreamLedger book = ledger;
    return book == null ? out : new LedgerOutput(out, book, this);
  }

  @Override
  public void setSoLinger(boolean on, int seconds) throws SocketException {
    abort = on && seconds == 0;
    super.setSoLinger(on, seconds);
  }

  @Override
  public void close() throws IOException {
    if (!closed) {
      closed = true;
      OpenSocket up = open;
      StreamLedger book = ledger;
      if (up != null && book != null) {
        book.closes();
        up.end().ends(abort);
      }
      forget();
    }
    super.close();
  }

  private void forget() {
    DroppedSockets.Kept mine = kept;
    if (mine != null) {
      connects.dropped().remove(mine);
    }
  }

  final boolean isClosedHere() {
    return closed;
  }

  /** Not if the guard has given it up: then its streams fail, as after a reset. */
  @Override
  public boolean isClosed() {
    return closed || (super.isClosed() && !isGivenUp());
  }

  private boolean isGivenUp() {
    OpenSocket up = open;
    return up != null && up.end().death() != null;
  }
}
