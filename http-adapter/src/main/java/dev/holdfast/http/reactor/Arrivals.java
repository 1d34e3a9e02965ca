package dev.holdfast.http.reactor;

import dev.holdfast.diagnosis.Cause;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.unix.UnixChannel;
import io.netty.util.concurrent.FastThreadLocal;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * What has arrived at a pooled connection and its event loop has not read yet. The loop may come to
 * the next request before it looks at the socket again; bytes nobody asked for would then be read
 * as the answer. One system call, of which the common answer is that there is nothing. With NIO
 * there is no such call, and what arrives in that moment stays a risk.
 */
final class Arrivals {

  private static final int PIECE = 4096;

  private static final FastThreadLocal<ByteBuffer> SPACE =
      new FastThreadLocal<>() {
        @Override
        protected ByteBuffer initialValue() {
          return ByteBuffer.allocateDirect(PIECE);
        }
      };

  private Arrivals() {}

  /** Hands it to the pipeline, as the loop would have. On the event loop. */
  static void handOn(GuardedConnection guarded) {
    Channel channel = guarded.channel();
    if (!(channel instanceof UnixChannel unix) || !channel.isActive()) {
      return;
    }
    ByteBuffer space = SPACE.get();
    try {
      int read = unix.fd().read(space, 0, PIECE);
      if (read == 0) {
        return;
      }
      for (; read > 0 && channel.isActive(); read = unix.fd().read(space, 0, PIECE)) {
        channel.pipeline().fireChannelRead(Unpooled.copiedBuffer(space.slice(0, read)));
      }
      channel.pipeline().fireChannelReadComplete();
      if (read < 0) {
        guarded.condemn(Cause.PEER_CLOSED, "FIN");
      }
    } catch (IOException reset) {
      guarded.condemn(Cause.PEER_RESET, "ECONNRESET");
    }
  }
}
