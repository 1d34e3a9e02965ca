package dev.holdfast.http.reactor;

import dev.holdfast.internal.http.DeclinedAnswer;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.timeout.IdleStateHandler;
import java.net.SocketAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import reactor.netty.NettyPipeline;

/** Reads from the head of a response that its server declines the call for now. Stateless. */
final class DeclinedHead {

  private DeclinedHead() {}

  /**
   * What a server answered, if it was this.
   *
   * @param head of its response
   * @param pipeline of the connection or stream it came over, which may hold the caller's timeout
   * @param by where that leads
   */
  static @Nullable DeclinedAnswer of(
      HttpResponse head, ChannelPipeline pipeline, SocketAddress by) {
    int status = head.status().code();
    if (!DeclinedAnswer.mayBe(status)) {
      return null;
    }
    HttpHeaders headers = head.headers();
    return DeclinedAnswer.of(
        status,
        headers.get(HttpHeaderNames.RETRY_AFTER),
        headers.get(HttpHeaderNames.DATE),
        within(pipeline),
        by);
  }

  private static @Nullable Duration within(ChannelPipeline pipeline) {
    return pipeline.get(NettyPipeline.ResponseTimeoutHandler) instanceof IdleStateHandler timeout
        ? Duration.ofMillis(timeout.getReaderIdleTimeInMillis())
        : null;
  }
}
