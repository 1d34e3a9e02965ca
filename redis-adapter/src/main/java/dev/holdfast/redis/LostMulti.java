package dev.holdfast.redis;

import io.lettuce.core.output.CommandOutput;
import io.lettuce.core.protocol.RedisCommand;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Answers the {@code MULTI} of a transaction that will not run. Its other commands, {@code EXEC}
 * above all, tell the caller; {@code MULTI} itself must not fail. Lettuce would forget the open
 * transaction from the event loop while the caller's thread adds to it, which ends in a
 * NullPointerException there, or takes the next transaction for no transaction.
 */
final class LostMulti {

  private static final byte[] OK = "OK".getBytes(StandardCharsets.US_ASCII);

  private LostMulti() {}

  static void answer(RedisCommand<?, ?, ?> multi) {
    CommandOutput<?, ?, ?> output = multi.getOutput();
    if (output != null) {
      output.set(ByteBuffer.wrap(OK));
    }
    multi.complete();
  }
}
