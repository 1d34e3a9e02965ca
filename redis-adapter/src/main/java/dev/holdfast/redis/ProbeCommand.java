package dev.holdfast.redis;

import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.CommandWrapper;
import io.lettuce.core.protocol.RedisCommand;

/**
 * A PING of the guard's own. Written through Lettuce's command handler, so that its reply is parsed
 * as any other, in RESP2, RESP3 and in subscribed mode. Any reply proves the path, an error reply
 * too.
 */
final class ProbeCommand extends Command<String, String, String> {

  private final Runnable onReply;

  ProbeCommand(Runnable onReply) {
    super(CommandType.PING, new StatusOutput<>(StringCodec.ASCII));
    this.onReply = onReply;
  }

  @Override
  public void complete() {
    super.complete();
    PartialReplies.onThisEventLoop().ours++;
    onReply.run();
  }

  /** Whether a command is the guard's own, for which nobody waits. */
  static boolean isOurs(RedisCommand<?, ?, ?> command) {
    RedisCommand<?, ?, ?> innermost = CommandWrapper.unwrap(command);
    return innermost instanceof ProbeCommand || innermost instanceof RearmCommand;
  }
}
