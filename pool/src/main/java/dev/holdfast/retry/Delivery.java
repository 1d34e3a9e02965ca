package dev.holdfast.retry;

/** How far a call had got when its connection was lost. */
public enum Delivery {
  /**
   * The local kernel never took the whole request: no server can have run it, whatever the request
   * is.
   */
  NEVER_SENT("never sent"),
  /** The request was handed to the kernel and nothing of an answer arrived: it may have run. */
  SENT_UNANSWERED("sent, not answered"),
  /** Part of the answer arrived: the request ran, its result is incomplete. */
  ANSWERED_IN_PART("answered in part");

  private final String text;

  Delivery(String text) {
    this.text = text;
  }

  /**
   * The words for people.
   *
   * @return for example {@code sent, not answered}
   */
  public String text() {
    return text;
  }
}
