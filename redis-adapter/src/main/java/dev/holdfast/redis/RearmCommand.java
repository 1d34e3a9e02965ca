package dev.holdfast.redis;

import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.RedisCommand;
import java.util.function.Consumer;

/** A setting of the server's session, made again as its caller made it on the connection before. */
final class RearmCommand extends Command<String, String, String> {

  private final String name;
  private final Consumer<RearmCommand> onEnd;
  private boolean ended;

  /**
   * @param made what its caller sent, a {@code CLIENT} command
   * @param onEnd hears, once, that it was answered, or will not be
   */
  @SuppressWarnings("unchecked") // the arguments know how they are encoded
  RearmCommand(RedisCommand<?, ?, ?> made, Consumer<RearmCommand> onEnd) {
    super(
        CommandType.CLIENT,
        new StatusOutput<>(StringCodec.UTF8),
        (CommandArgs<String, String>) made.getArgs());
    this.name = name(made);
    this.onEnd = onEnd;
  }

  static String name(RedisCommand<?, ?, ?> made) {
    return "CLIENT " + CommandWords.of(made).first();
  }

  /** The setting, for people. */
  String name() {
    return name;
  }

  boolean succeeded() {
    return ServerAnswer.to(this) == ServerAnswer.DONE && !isCancelled();
  }

  @Override
  public void complete() {
    super.complete();
    PartialReplies.onThisEventLoop().ours++;
    end();
  }

  @Override
  public boolean completeExceptionally(Throwable failure) {
    boolean first = super.completeExceptionally(failure);
    end();
    return first;
  }

  @Override
  public void cancel() {
    super.cancel();
    end();
  }

  private void end() {
    if (!ended) {
      ended = true;
      onEnd.accept(this);
    }
  }
}
