package dev.holdfast.http.reactor;

import dev.holdfast.internal.http.RetryDecision;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import reactor.netty.Connection;
import reactor.netty.channel.AbortedException;

/**
 * What the client's own loop is told where a leg is to be repeated that was lost behind an answered
 * one, behind a redirect say. The streams of HTTP/2 come from a pool that nothing can be put in
 * front of, so a leg cannot be repeated below the loop there, as it is by {@link Leasing}; and
 * sending the call again from above the loop would repeat the leg that was answered. But the loop
 * itself repeats the leg it is at if it hears that a connection ended before anything was sent:
 * once in a call.
 */
final class LostLeg {

  /** In the place of the client's own, which would hear of its stream's end a second time. */
  private record Nobody(Channel channel) implements Connection {}

  private LostLeg() {}

  /**
   * Has the leg repeated, if that may be.
   *
   * @param tap the guard's handler, from which the client hears
   * @param lost what it carried
   * @return false if the client is to hear of the loss as it is
   */
  static boolean repeats(ChannelHandlerContext tap, Exchange lost) {
    Call call = lost.call();
    if (call.mayStartOver()
        || call.cancelled()
        || call.latest() != lost
        || !lost.loopMayRepeat()
        || lost.connection().end().verdict(lost) != RetryDecision.RETRY
        || !Connection.from(tap.channel()).rebind(new Nobody(tap.channel()))) {
      return false;
    }
    call.again(lost);
    call.loopRepeats();
    tap.fireExceptionCaught(AbortedException.beforeSend());
    return true;
  }
}
