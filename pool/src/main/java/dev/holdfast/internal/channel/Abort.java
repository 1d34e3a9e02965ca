package dev.holdfast.internal.channel;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;

/** Gives a channel up whose path is dead. */
public final class Abort {

  private Abort() {}

  /**
   * Closes with linger 0: an orderly close would leave the last write in the kernel, to be
   * delivered, and run, when the path heals. Closes from the head of the pipeline, or a TLS handler
   * would first send its farewell into the dead path; and not at once, because this may run inside
   * a caller's write.
   *
   * @param channel open or not; any thread
   */
  public static void soon(Channel channel) {
    channel.eventLoop().execute(() -> now(channel));
  }

  private static void now(Channel channel) {
    try {
      channel.config().setOption(ChannelOption.SO_LINGER, 0);
    } catch (ChannelException alreadyClosed) {
      return; // the kernel or the peer was faster
    }
    ChannelHandlerContext first = channel.pipeline().firstContext();
    if (first != null) {
      first.close();
    }
  }
}
