package dev.holdfast.http.reactor;

import dev.holdfast.diagnosis.Cause;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.unix.Buffer;
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

  /**
   * Room for one piece, and where it is: native code that has to ask a buffer for that asks long.
   */
  private record Space(ByteBuffer bytes, long address) {}

  private static final FastThreadLocal<Space> SPACE =
      new FastThreadLocal<>() {
        @Override
        protected Space initialValue() {
          ByteBuffer bytes = ByteBuffer.allocateDirect(PIECE);
          return new Space(bytes, Buffer.memoryAddress(bytes));
        }
      };

  private Arrivals() {}

  /** Hands it to the pipeline, as the loop would have. On the event loop. */
  static void handOn(GuardedConnection guarded) {
    Channel channel = guarded.channel();
    if (!(channel instanceof UnixChannel unix) || !channel.isActive()) {
      return;
    }
    Space space = SPACE.get();
    try {
      int read = unix.fd().readAddress(space.address(), 0, PIECE);
      if (read == 0) {
        return;
      }
      while (read > 0 && channel.isActive()) {
        channel.pipeline().fireChannelRead(Unpooled.copiedBuffer(space.bytes().slice(0, read)));
        read = unix.fd().readAddress(space.address(), 0, PIECE);
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
