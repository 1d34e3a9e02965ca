package dev.holdfast.http.reactor;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpClientUpgradeHandler;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.handler.ssl.SslHandler;
import org.jspecify.annotations.Nullable;
import reactor.netty.Connection;
import reactor.netty.ConnectionObserver;
import reactor.netty.NettyPipeline;
import reactor.netty.http.HttpOperations;
import reactor.netty.http.client.HttpClientState;

/**
 * Tells the connection which request it is about to carry, on its event loop. Of itself it hears of
 * calls whose {@link Lease} cannot tell, those of clients that speak HTTP/2 too. Stateless.
 */
final class ExchangeObserver implements ConnectionObserver {

  private static final String FAREWELL = "holdfast-farewell";
  private static final String INBOUND = "holdfast-inbound";
  private static final String MESSAGES = "holdfast-messages";

  @Override
  public void onStateChange(Connection connection, State state) {
    // By class: a test for one of its many interfaces is slow, and evicts the one the JVM caches
    // (JDK-8180450).
    if ((state == HttpClientState.REQUEST_PREPARED
            || (state == HttpClientState.RESPONSE_RECEIVED && connection.channel().parent() != null)
            || state == HttpClientState.RESPONSE_COMPLETED)
        && connection instanceof HttpOperations<?, ?> request) {
      Call call = request.currentContext().getOrDefault(Call.class, null);
      GuardedConnection guarded = call == null ? null : GuardedConnection.of(request.channel());
      if (call != null && guarded != null) {
        tell(call, guarded, request, state);
      }
    }
  }

  /** The same of a call and a connection that are known. */
  static void tell(Call call, GuardedConnection guarded, Connection connection, State state) {
    if (state == HttpClientState.REQUEST_PREPARED
        && connection instanceof HttpOperations<?, ?> request) {
      begin(call, guarded, request);
    } else if (state == HttpClientState.RESPONSE_RECEIVED) {
      goesOn(call, guarded, connection.channel());
    } else if (state == HttpClientState.RESPONSE_COMPLETED) {
      complete(call, guarded, connection);
    }
  }

  /** A request that upgraded its connection to HTTP/2 is answered on a stream nobody told of. */
  private static void goesOn(Call call, GuardedConnection guarded, Channel stream) {
    Exchange upgrading = stream.parent() == null ? null : call.latest();
    if (upgrading == null || stream.pipeline().get(MessageTap.class) != null) {
      return;
    }
    multiplexed(guarded);
    guarded.http2().onStream();
    MessageTap tap = tap(stream.pipeline(), guarded);
    if (tap != null) {
      upgrading.headDelivered();
      tap.begins(upgrading);
    }
  }

  private static void begin(Call call, GuardedConnection guarded, HttpOperations<?, ?> request) {
    if (request.channel().parent() != null) {
      multiplexed(guarded);
    }
    MessageTap tap = tap(request.channel().pipeline(), guarded);
    String method = request.method().name();
    Exchange exchange =
        request.channel() instanceof Http2StreamChannel stream
            ? guarded.begin(call, stream, method)
            : guarded.begin(call, method);
    if (tap != null) {
      tap.begins(exchange);
    }
    if (call.cancelled() && request.channel().parent() == null) {
      request.markPersistent(false); // about to be closed, on whatever thread: not for others
    }
  }

  private static void multiplexed(GuardedConnection guarded) {
    if (!guarded.http2().begins()) {
      return;
    }
    ChannelPipeline pipeline = guarded.channel().pipeline();
    ChannelHandlerContext tls = pipeline.context(SslHandler.class);
    if (tls != null) {
      pipeline.addAfter(tls.name(), FAREWELL, new FarewellTap(guarded));
    }
  }

  /**
   * Where the connection changes its protocol with the first answer, no tap sees that answer. Where
   * one has not seen the end of it, the client took an interim answer for it, as Reactor Netty does
   * with 102 and 103; the real one is yet to come, and must not answer another's request.
   */
  private static void complete(Call call, GuardedConnection guarded, Connection connection) {
    Exchange exchange = guarded.idle() ? null : call.latest();
    if (exchange != null) {
      MessageTap tap = guarded.tap();
      if (tap != null && tap.awaitsEndOf(exchange)) {
        connection.markPersistent(false);
      }
      exchange.connection().finish(exchange);
    }
  }

  /** Put in with the first request: not before is it known which protocol was negotiated. */
  private static @Nullable MessageTap tap(ChannelPipeline pipeline, GuardedConnection guarded) {
    boolean stream = pipeline.channel().parent() != null;
    MessageTap known = stream ? pipeline.get(MessageTap.class) : guarded.tap();
    if (known != null) {
      return known;
    }
    MessageTap tap = new MessageTap(guarded, stream);
    if (pipeline.get(NettyPipeline.H2ToHttp11Codec) != null) {
      pipeline.addAfter(NettyPipeline.H2ToHttp11Codec, MESSAGES, tap);
      return tap;
    }
    ChannelHandlerContext codec = pipeline.context(HttpClientCodec.class);
    if (codec == null) {
      return null;
    }
    if (pipeline.get(HttpClientUpgradeHandler.class) == null) {
      pipeline.addBefore(codec.name(), INBOUND, new InboundTap(guarded));
    }
    pipeline.addAfter(codec.name(), MESSAGES, tap);
    guarded.tappedBy(tap);
    return tap;
  }
}
