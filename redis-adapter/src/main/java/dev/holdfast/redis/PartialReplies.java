package dev.holdfast.redis;

import dev.holdfast.internal.command.Decline;
import io.lettuce.core.protocol.DecodeBufferPolicy;
import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.FastThreadLocal;
import org.jspecify.annotations.Nullable;

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

    /** Commands of the guard's own that were answered by it. */
    int ours;

    /** The options of the channel being read; null until a policy of the guard's was called. */
    @Nullable PartialReplies options;

    /** Hears of replies that decline a command, behind the first of those read together. */
    @Nullable WriteGate gate;
  }

  private static final FastThreadLocal<Mark> MARK =
      new FastThreadLocal<>() {
        @Override
        protected Mark initialValue() {
          return new Mark();
        }
      };

  private final DecodeBufferPolicy policy;
  private final boolean bounded;
  private final boolean rejects;

  /**
   * @param policy the user's
   * @param bounded whether the client refuses commands beyond some number
   * @param rejects whether it fails those that a lost connection leaves behind
   */
  PartialReplies(DecodeBufferPolicy policy, boolean bounded, boolean rejects) {
    this.policy = policy;
    this.bounded = bounded;
    this.rejects = rejects;
  }

  boolean rejects() {
    return rejects;
  }

  boolean bounded() {
    return bounded;
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
    if (Decline.mayBegin(buffer)) {
      WriteGate gate = MARK.get().gate;
      if (gate != null) {
        gate.expectDecline();
      }
    }
    policy.afterCommandDecoded(buffer);
  }

  @Override
  public void afterDecoding(ByteBuf buffer) {
    Mark mark = MARK.get();
    mark.left = buffer.readableBytes();
    mark.options = this;
    policy.afterDecoding(buffer);
  }
}
