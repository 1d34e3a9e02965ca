package dev.holdfast.internal.socket;

import java.net.Socket;

/**
 * Who waits for a connection to be proved. Confined to its own thread, but for {@link #isGone()}.
 */
public interface Caller {

  /** Waits for as long as it takes. */
  Caller PATIENT =
      new Caller() {
        @Override
        public long patienceNanos(Socket socket) {
          return Long.MAX_VALUE;
        }

        @Override
        public boolean isGone() {
          return false;
        }

        @Override
        public void isLate() {}
      };

  /**
   * How long it waits for an answer that does not come.
   *
   * @param socket whose timeout may say so
   * @return nanoseconds; {@link Long#MAX_VALUE} for ever
   */
  long patienceNanos(Socket socket);

  /**
   * Whether it waits no more.
   *
   * @return true once it has hung up
   */
  boolean isGone();

  /** It was held back, unsent, for as long as it waits for an answer. */
  void isLate();
}
