package dev.holdfast.redis;

import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.util.function.Consumer;

/** A setting of the server's session, made again as its caller made it on the connection before. */
final class RearmCommand extends Command<String, String, String> {

  private final LostSession.Setting setting;
  private final Consumer<RearmCommand> onEnd;
  private boolean ended;

  /**
   * @param setting as its caller made it
   * @param onEnd hears, once, that it was answered, or will not be
   */
  @SuppressWarnings("unchecked") // the arguments know how they are encoded
  RearmCommand(LostSession.Setting setting, Consumer<RearmCommand> onEnd) {
    super(
        CommandType.CLIENT,
        new StatusOutput<>(StringCodec.UTF8),
        (CommandArgs<String, String>) setting.args());
    this.setting = setting;
    this.onEnd = onEnd;
  }

  /** The setting, for people. */
  String name() {
    return setting.name();
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
