package dev.holdfast.redis;

import io.lettuce.core.protocol.DecodeBufferPolicy;
import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.FastThreadLocal;

/**
 * By which the guard's options are known: a guarded channel learns in its handshake whether its
 * client has them, and they learn from their client's first handshake whether it has the guard.
 */
final class OptionsMark implements DecodeBufferPolicy {

  /** One per event loop thread. */
  static final class Mark {

    /** A guarded channel in its handshake is being read. */
    boolean guarded;

    /** How many are in their handshake. */
    int handshakes;

    /** A handler of the user's holds back what is read: who asks can no longer be told. */
    boolean heldBack;

    /** The guard's options were asked while it was. */
    boolean asked;
  }

  private static final FastThreadLocal<Mark> MARK =
      new FastThreadLocal<>() {
        @Override
        protected Mark initialValue() {
          return new Mark();
        }
      };

  private final DecodeBufferPolicy policy;
  private final Runnable onForeignResources;

  /** Whether the first reply has said it; the first is always one of a handshake. */
  private volatile boolean known;

  /**
   * @param onForeignResources runs if the options' client is without the guard
   */
  OptionsMark(DecodeBufferPolicy policy, Runnable onForeignResources) {
    this.policy = policy;
    this.onForeignResources = onForeignResources;
  }

  static Mark onThisEventLoop() {
    return MARK.get();
  }

  @Override
  public void afterPartialDecode(ByteBuf buffer) {
    asked();
    policy.afterPartialDecode(buffer);
  }

  @Override
  public void afterCommandDecoded(ByteBuf buffer) {
    policy.afterCommandDecoded(buffer);
  }

  @Override
  public void afterDecoding(ByteBuf buffer) {
    asked();
    policy.afterDecoding(buffer);
  }

  private void asked() {
    Mark mark = MARK.get();
    if (mark.guarded) {
      mark.asked = true;
      known = true;
    } else if (!known && mark.handshakes == 0 && !mark.heldBack) {
      known = true;
      onForeignResources.run();
    }
  }
}
