package dev.holdfast.internal.wire;

import dev.holdfast.internal.wire.WireProbe.KeepAliveSettings;
import java.util.function.UnaryOperator;

/**
 * The keepalive settings of one connection, lent to whoever has its kernel ask the peer's: a proof
 * before use, the watch over calls in flight, the one over who listens. These overlap, and what one
 * of them has set is no setting of the user's to another. The user's are put back behind the last;
 * what he sets meanwhile is his, too. Thread-safe as far as its {@link KernelPing} is.
 */
public final class LentKeepAlive {

  /** Unanswered probes before the kernel closes the connection: late, for that is decided here. */
  private static final int POKE_COUNT = 30;

  private static final KeepAliveSettings ASKING = new KeepAliveSettings(true, 1, 1, POKE_COUNT);

  private final KernelPing kernel;
  private KeepAliveSettings users = KeepAliveSettings.UNKNOWN;
  private KeepAliveSettings ours = ASKING;
  private int loans;

  /**
   * Nothing is lent yet.
   *
   * @param kernel of the connection, which no other is made for
   */
  LentKeepAlive(KernelPing kernel) {
    this.kernel = kernel;
  }

  /**
   * For one who is about to borrow, now or later.
   *
   * @return a new one
   */
  public Loan loan() {
    return new Loan();
  }

  /**
   * Changes what is the user's: at once, or behind the last loan.
   *
   * @param change from what he has now
   */
  synchronized void change(UnaryOperator<KeepAliveSettings> change) {
    KeepAliveSettings now = kernel.keepAlive();
    if (loans > 0) {
      users = change.apply(users.with(ours, now));
      return;
    }
    KeepAliveSettings changed = change.apply(now);
    if (!changed.equals(now)) {
      kernel.restore(changed);
    }
  }

  private synchronized boolean poke(boolean first) {
    KeepAliveSettings now = kernel.keepAlive();
    if (now.equals(KeepAliveSettings.UNKNOWN) || !kernel.poke(POKE_COUNT)) {
      return false;
    }
    users = loans == 0 ? now : users.with(ours, now);
    ours = ASKING;
    if (first) {
      loans++;
    }
    return true;
  }

  private synchronized void letBe() {
    users = users.with(ours, kernel.keepAlive());
    ours = KeepAliveSettings.OFF;
    kernel.restore(ours);
  }

  private synchronized void giveBack() {
    if (--loans == 0) {
      kernel.restore(users.with(ours, kernel.keepAlive()));
    }
  }

  /** One borrower's. Confined to one thread. */
  public final class Loan {

    private boolean out;

    private Loan() {}

    /**
     * Has the kernel ask the peer's, see {@link WireProbe#poke}; for the first time or again.
     *
     * @return whether it does
     */
    public boolean poke() {
      boolean asked = LentKeepAlive.this.poke(!out);
      out |= asked;
      return asked;
    }

    /** The kernel asks nothing more of itself; to be called after a {@link #poke}. */
    public void letBe() {
      if (out) {
        LentKeepAlive.this.letBe();
      }
    }

    /** Nothing is asked any more. Without effect if nothing was. */
    public void giveBack() {
      if (out) {
        out = false;
        LentKeepAlive.this.giveBack();
      }
    }

    /**
     * Whether the kernel was asked.
     *
     * @return until it is given back
     */
    public boolean isOut() {
      return out;
    }
  }
}
