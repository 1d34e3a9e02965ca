package dev.holdfast.redis;

import io.lettuce.core.protocol.DecodeBufferPolicy;
import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.FastThreadLocal;

/**
 * Learns whether Lettuce's decoder stopped inside a reply: it tells its {@link DecodeBufferPolicy}.
 * A command answered in part must not be sent again, for Lettuce would append the second answer to
 * the output that already holds the first part.
 *
 * <p>The policy belongs to the client's options and is called on the event loop of whichever
 * channel is being read, so the mark is kept per event loop thread.
 */
final class PartialReplies implements DecodeBufferPolicy {

  /** Set by the policy, cleared by the channel before each read. One per event loop thread. */
  static final class Mark {
    boolean partial;

    /** Bytes left when Lettuce had no command to give them to. */
    int left;
  }

  private static final FastThreadLocal<Mark> MARK =
      new FastThreadLocal<>() {
        @Override
        protected Mark initialValue() {
          return new Mark();
        }
      };

  private final DecodeBufferPolicy policy;

  PartialReplies(DecodeBufferPolicy policy) {
    this.policy = policy;
  }

  static Mark onThisEventLoop() {
    return MARK.get();
  }

  @Override
  public void afterPartialDecode(ByteBuf buffer) {
    MARK.get().partial = true;
    policy.afterPartialDecode(buffer);
  }

  @Override
  public void afterCommandDecoded(ByteBuf buffer) {
    policy.afterCommandDecoded(buffer);
  }

  @Override
  public void afterDecoding(ByteBuf buffer) {
    MARK.get().left = buffer.readableBytes();
    policy.afterDecoding(buffer);
  }
}
