package dev.holdfast.http.reactor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.diagnosis.Cause;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is known of a write, however it ends: a byte too few and a request could run twice. */
final class WireHandlerTest {

  private static final int SIZE = 10;

  private final HttpBed bed = new HttpBed();
  private final Kernel kernel = new Kernel();
  private final GuardedConnection guarded =
      new GuardedConnection(kernel, bed.guard, bed.guard.plan());

  WireHandlerTest() {
    kernel.pipeline().addFirst(new WireHandler(guarded));
  }

  @AfterEach
  void close() throws Exception {
    kernel.finishAndReleaseAll();
    bed.close();
  }

  @Test
  void mustCountAWriteThatTheKernelTook() {
    ChannelFuture written = kernel.writeAndFlush(bytes());
    assertThat(written.isSuccess()).isTrue();
    assertThat(guarded.ledger().handedDown()).isEqualTo(SIZE);
    assertThat(guarded.ledger().taken()).isEqualTo(SIZE);
  }

  @Test
  void mustCountWhatTheKernelTookOfAWriteThatFailed() {
    kernel.takes = 4;
    ChannelFuture written = kernel.writeAndFlush(bytes());
    assertThat(written.cause()).isInstanceOf(IOException.class);
    assertThat(guarded.ledger().handedDown()).isEqualTo(SIZE);
    assertThat(guarded.ledger().taken()).isEqualTo(4);
    assertThat(guarded.end().cause()).isEqualTo(Cause.PEER_CLOSED);
  }

  @Test
  void mustCountNothingOfAWriteThatTheKernelRefused() {
    kernel.takes = 0;
    ChannelFuture written = kernel.writeAndFlush(bytes());
    assertThat(written.cause()).isInstanceOf(IOException.class);
    assertThat(guarded.ledger().taken()).isZero();
  }

  @Test
  void mustHearOfAWriteThatAnotherHandlerEnds() {
    assertThat(endedBy(ChannelPromise::setSuccess).isSuccess()).isTrue();
    assertThat(guarded.ledger().taken()).isEqualTo(SIZE);
    assertThat(endedBy(ChannelPromise::trySuccess).isSuccess()).isTrue();
    assertThat(guarded.ledger().taken()).isEqualTo(2 * SIZE);
    assertThat(endedBy(promise -> promise.cancel(false)).isSuccess()).isFalse();
    assertThat(guarded.end().cause()).isNull();
    IOException reset = new IOException("Connection reset by peer");
    assertThat(endedBy(promise -> promise.setFailure(reset)).cause()).isSameAs(reset);
    assertThat(guarded.ledger().taken()).isEqualTo(2 * SIZE);
    assertThat(guarded.end().cause()).isEqualTo(Cause.PEER_RESET);
  }

  private ChannelFuture endedBy(Consumer<ChannelPromise> end) {
    ChannelOutboundHandlerAdapter below =
        new ChannelOutboundHandlerAdapter() {
          @Override
          public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) {
            ReferenceCountUtil.release(msg);
            end.accept(promise);
          }
        };
    kernel.pipeline().addFirst(below);
    ChannelFuture written = kernel.writeAndFlush(bytes());
    kernel.pipeline().remove(below);
    assertThat(written.isDone()).isTrue();
    return written;
  }

  private static ByteBuf bytes() {
    return Unpooled.wrappedBuffer(new byte[SIZE]);
  }

  /** Takes some bytes of the first write, and fails unless that is all. */
  private static final class Kernel extends EmbeddedChannel {

    private int takes = SIZE;

    @Override
    protected void doWrite(ChannelOutboundBuffer in) throws IOException {
      in.removeBytes(takes);
      if (takes < SIZE) {
        throw new IOException("Broken pipe");
      }
    }
  }
}
