package dev.holdfast.http.reactor;

import dev.holdfast.diagnosis.Cause;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2FrameCodec;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * Asks the server of one HTTP/2 connection for a sign of life by PING: beside streams that are
 * silent for long, as those of server-sent events are, and on idle connections where the user has
 * it so. Whatever arrives is an answer. Confined to the event loop.
 */
final class PingWatch {

  private final GuardedConnection guarded;
  private final PingSettings settings;
  private boolean watching;
  private int unanswered;
  private long askedAtNanos;

  PingWatch(GuardedConnection guarded, PingSettings settings) {
    this.guarded = guarded;
    this.settings = settings;
  }

  /** A stream begins. */
  void onStream() {
    if (!watching) {
      watching = true;
      lookAfter(settings.periodNanos());
    }
  }

  private void lookAfter(long nanos) {
    guarded.channel().eventLoop().schedule(this::look, nanos, TimeUnit.NANOSECONDS);
  }

  private void look() {
    if (guarded.doomed() || !guarded.channel().isActive()) {
      return;
    }
    long now = System.nanoTime();
    if (unanswered > 0 && guarded.clocks().sinceRead(now) < now - askedAtNanos) {
      unanswered = 0;
    }
    long waiting = settings.timeoutNanos() - (now - askedAtNanos);
    if (unanswered > 0 && waiting > 0) {
      lookAfter(Math.min(waiting, settings.periodNanos()));
    } else if (unanswered >= settings.attempts()) {
      guarded.condemn(
          Cause.PROBES_UNANSWERED,
          "%d PING without an answer in %d ms"
              .formatted(unanswered, TimeUnit.NANOSECONDS.toMillis(settings.timeoutNanos())));
    } else if (unanswered > 0) {
      ask(now);
    } else if (!settings.users() && guarded.idle()) {
      watching = false;
    } else {
      long left = settings.periodNanos() - guarded.clocks().sincePayload(now);
      if (left > 0) {
        lookAfter(left);
      } else {
        ask(now);
      }
    }
  }

  private void ask(long now) {
    ChannelHandlerContext codec = guarded.channel().pipeline().context(Http2FrameCodec.class);
    if (codec == null) {
      return;
    }
    unanswered++;
    askedAtNanos = now;
    ((Http2FrameCodec) codec.handler())
        .encoder()
        .frameWriter()
        .writePing(codec, false, ThreadLocalRandom.current().nextLong(), codec.newPromise());
    codec.flush();
    lookAfter(Math.min(settings.timeoutNanos(), settings.periodNanos()));
  }
}
