package dev.holdfast.benchmarks.transparency;

import io.lettuce.core.protocol.CommandHandler;
import io.lettuce.core.protocol.RedisCommand;
import io.lettuce.core.resource.NettyCustomizer;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A handler such as a circuit breaker's or a tracer's: put next to Lettuce's command handler once
 * the channel is active, it notes each command of the user that it sees. Handlers do not see what
 * they themselves did not let through, so a command it misses was not under its control.
 */
final class UsersHandler implements NettyCustomizer {

  private final List<String> seen = new CopyOnWriteArrayList<>();
  private volatile boolean present;

  /** Forgets what was seen. */
  void present(boolean now) {
    present = now;
    seen.clear();
  }

  /** The commands seen, without PINGs. */
  List<String> seen() {
    return seen.stream().filter(name -> !name.equals("PING")).sorted().toList();
  }

  @Override
  public void afterChannelInitialized(Channel channel) {
    if (present) {
      channel.pipeline().addLast(new Insertion());
    }
  }

  private final class Insertion extends ChannelInboundHandlerAdapter {
    @Override
    public void channelActive(ChannelHandlerContext context) {
      String beside = context.pipeline().context(CommandHandler.class).name();
      context.pipeline().addAfter(beside, "users", new Watching());
      context.fireChannelActive();
    }
  }

  private final class Watching extends ChannelDuplexHandler {
    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
      if (message instanceof RedisCommand<?, ?, ?> command) {
        note(command);
      } else if (message instanceof Collection<?> batch) {
        batch.forEach(command -> note((RedisCommand<?, ?, ?>) command));
      }
      context.write(message, promise);
    }

    private void note(RedisCommand<?, ?, ?> command) {
      seen.add(Naming.bytes(command.getType()));
    }
  }
}
