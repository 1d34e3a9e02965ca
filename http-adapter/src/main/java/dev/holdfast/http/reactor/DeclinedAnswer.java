package dev.holdfast.http.reactor;

import dev.holdfast.internal.http.RetryAfter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.timeout.IdleStateHandler;
import java.net.SocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import reactor.netty.NettyPipeline;

/**
 * An answer that says "not now, but then": 503 or 429 with {@code Retry-After} (RFC 9110, section
 * 15.6.4; RFC 6585, section 4). Without that header it may as well mean never. Immutable.
 *
 * @param code the value for meter tags
 * @param after how long the server asks to wait
 * @param within how long the caller waits for an answer; null if he has not said
 * @param by who said so
 */
record DeclinedAnswer(String code, Duration after, @Nullable Duration within, SocketAddress by) {

  /** Every code there is. */
  static final String[] CODES = {"http_429", "http_503"};

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
    if (status != 503 && status != 429) {
      return null;
    }
    HttpHeaders headers = head.headers();
    Optional<Duration> after =
        RetryAfter.parse(
            headers.get(HttpHeaderNames.RETRY_AFTER),
            headers.get(HttpHeaderNames.DATE),
            Instant.now());
    return after.isEmpty()
        ? null
        : new DeclinedAnswer(CODES[status == 429 ? 0 : 1], after.get(), within(pipeline), by);
  }

  private static @Nullable Duration within(ChannelPipeline pipeline) {
    return pipeline.get(NettyPipeline.ResponseTimeoutHandler) instanceof IdleStateHandler timeout
        ? Duration.ofMillis(timeout.getReaderIdleTimeInMillis())
        : null;
  }
}
