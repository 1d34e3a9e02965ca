package dev.holdfast.pool;

import org.jspecify.annotations.Nullable;

/** One handle of a slot. What it holds is written by the borrower that owns the slot. */
final class SlotLease<C> implements Lease<C> {

  private final Slot<C> slot;

  /** The clean word under which the slot was lent. */
  private long word;

  private @Nullable Throwable borrower;

  SlotLease(Slot<C> slot) {
    this.slot = slot;
  }

  SlotLease<C> lent(long under) {
    word = under;
    if (borrower != null) {
      borrower = null;
    }
    return this;
  }

  SlotLease<C> lent(long under, Throwable by) {
    word = under;
    borrower = by;
    return this;
  }

  /** Where it was acquired, if that was sampled. Read without the borrower's leave: for reports. */
  @Nullable Throwable borrower() {
    return borrower;
  }

  long number() {
    return StateWord.lease(word);
  }

  @Override
  public C connection() {
    slot.check(word);
    return slot.connection();
  }

  @Override
  public void countRequests(int more) {
    if (more < 0) {
      throw new IllegalArgumentException("requests " + more + " are below 0");
    }
    slot.check(word);
    slot.spend(more);
  }

  @Override
  public void discard() {
    slot.check(word);
    slot.retire(CloseReason.DISCARDED, null);
    close();
  }

  @Override
  public void close() {
    slot.giveBack(word);
  }

  @Override
  public String toString() {
    return "lease " + StateWord.lease(word) + " of " + slot;
  }
}
