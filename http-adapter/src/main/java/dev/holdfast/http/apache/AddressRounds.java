package dev.holdfast.http.apache;

import dev.holdfast.dial.AddressBusyException;
import dev.holdfast.dial.SilentDialException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * One connect over several addresses of a name. Each is dialled once and left for the next after
 * one redial delay (RFC 8305, section 5) or at once if its gate is not open; those left without an
 * answer are then dialled again, with all the patience there is.
 */
final class AddressRounds {

  /** Connects to one address. */
  @FunctionalInterface
  interface Step {

    /**
     * Connects.
     *
     * @param more whether another address is dialled if this one does not answer soon
     */
    void connect(InetSocketAddress address, boolean more) throws IOException;
  }

  private final Addresses memory;
  private final BooleanSupplier gone;

  /**
   * @param gone whether the caller has given its connection up
   */
  AddressRounds(Addresses memory, BooleanSupplier gone) {
    this.memory = memory;
    this.gone = gone;
  }

  /**
   * Returns once connected.
   *
   * @throws IOException of the last address
   */
  void connect(List<InetSocketAddress> addresses, Step step) throws IOException {
    List<InetSocketAddress> unanswered = new ArrayList<>();
    IOException last = new IOException("no address");
    for (InetSocketAddress address : addresses) {
      try {
        step.connect(address, true);
        memory.ended(address, true);
        return;
      } catch (SilentDialException | AddressBusyException left) {
        memory.ended(address, false);
        unanswered.add(address);
        last = left;
      } catch (IOException failed) {
        stopIfGone(failed);
        memory.ended(address, false);
        last = failed;
      }
      stopIfGone(last);
    }
    for (InetSocketAddress address : unanswered) {
      try {
        step.connect(address, false);
        memory.ended(address, true);
        return;
      } catch (IOException failed) {
        stopIfGone(failed);
        last = failed;
      }
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
