package dev.holdfast.connect;

/**
 * The admission of one connect. Told of its fate once each, in this order: either {@link
 * #failed(Throwable)}, or {@link #connected()} and later {@link #closed(boolean)}. Called on event
 * loops: implementations are quick, do not block and do not throw.
 */
public interface DialPermit {

  /** A permit nobody counts. */
  DialPermit NONE =
      new DialPermit() {
        @Override
        public void connected() {}

        @Override
        public void failed(Throwable cause) {}

        @Override
        public void closed(boolean here) {}
      };

  /** The connection is up. */
  void connected();

  /**
   * The connect failed, or was given up.
   *
   * @param cause what the caller is told
   */
  void failed(Throwable cause);

  /**
   * The connection is closed.
   *
   * @param here whether this side closed it in order, and so holds its port in TIME_WAIT
   */
  void closed(boolean here);
}
