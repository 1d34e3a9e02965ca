package dev.holdfast.internal.socket;

import dev.holdfast.dial.AddressBusyException;
import dev.holdfast.internal.dial.SilentDialException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * One connect over several addresses of a name. Each is dialled once and left for the next after
 * one redial delay (RFC 8305, section 5) or at once if its gate is not open; those left without an
 * answer are then dialled again. All of it takes no longer than each of them dialled once for the
 * user's timeout, as the client does without a guard.
 */
public final class AddressRounds {

  /** Connects to one address. */
  @FunctionalInterface
  public interface Step {

    /**
     * Connects.
     *
     * @param address where to
     * @param more whether another address is dialled if this one does not answer soon
     * @param timeoutNanos how long it may take; 0 if there is no limit
     * @throws IOException if it is not connected
     */
    void connect(InetSocketAddress address, boolean more, long timeoutNanos) throws IOException;
  }

  /** Whoever has nothing left is dialled even so: the caller is to hear the client's own error. */
  private static final long SHORTEST_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final AddressMemory memory;
  private final BooleanSupplier gone;
  private final long timeoutNanos;

  /**
   * One connect.
   *
   * @param memory which addresses have failed lately
   * @param gone whether the caller has given its connection up
   * @param timeoutNanos the user's, for each address; 0 if there is none
   */
  public AddressRounds(AddressMemory memory, BooleanSupplier gone, long timeoutNanos) {
    this.memory = memory;
    this.gone = gone;
    this.timeoutNanos = timeoutNanos;
  }

  /**
   * Returns once connected.
   *
   * @param addresses in the order in which they are dialled
   * @param step connects to one
   * @throws IOException of the last address
   */
  public void connect(List<InetSocketAddress> addresses, Step step) throws IOException {
    List<InetSocketAddress> unanswered = new ArrayList<>();
    long unspent = 0;
    int toCome = addresses.size();
    IOException last = new IOException("no address");
    for (InetSocketAddress address : addresses) {
      boolean more = --toCome > 0 || !unanswered.isEmpty();
      long began = System.nanoTime();
      try {
        step.connect(address, more, timeoutNanos);
        memory.ended(address, true);
        return;
      } catch (SilentDialException | AddressBusyException left) {
        memory.ended(address, false);
        unanswered.add(address);
        unspent += timeoutNanos - (System.nanoTime() - began);
        last = left;
      } catch (IOException failed) {
        stopIfGone(failed);
        memory.ended(address, false);
        last = failed;
      }
      stopIfGone(last);
    }
    again(unanswered, unspent, last, step);
  }

  /** With what is left of the time that they would have taken had none been left for another. */
  private void again(
      List<InetSocketAddress> unanswered, long leftNanos, IOException ofFirst, Step step)
      throws IOException {
    long left = leftNanos;
    IOException last = ofFirst;
    for (InetSocketAddress address : unanswered) {
      long most = Math.max(SHORTEST_NANOS, Math.min(timeoutNanos, left));
      long began = System.nanoTime();
      try {
        step.connect(address, false, timeoutNanos == 0 ? 0 : most);
        memory.ended(address, true);
        return;
      } catch (IOException failed) {
        stopIfGone(failed);
        last = failed;
      }
      left -= System.nanoTime() - began;
    }
    throw last;
  }

  private void stopIfGone(IOException failed) throws IOException {
    boolean interrupted =
        failed instanceof InterruptedIOException && !(failed instanceof SocketTimeoutException);
    if (interrupted || gone.getAsBoolean()) {
      throw failed;
    }
  }
}
