package dev.holdfast.redis;

import io.lettuce.core.protocol.CommandWrapper;
import io.lettuce.core.protocol.RedisCommand;

/**
 * A command in its place in a transaction that is sent whole. Lettuce leaves out a command whose
 * caller has gone before it is written; in a transaction every later answer would then be another
 * command's. This one is open until it is answered, as if its caller had gone a moment later.
 */
final class TransactionPart<K, V, T> extends CommandWrapper<K, V, T> {

  private volatile boolean ended;

  private TransactionPart(RedisCommand<K, V, T> command) {
    super(command);
  }

  static RedisCommand<?, ?, ?> of(RedisCommand<?, ?, ?> command) {
    return command instanceof TransactionPart ? command : new TransactionPart<>(command);
  }

  /** The command itself, which tells whether its caller still waits. */
  static RedisCommand<?, ?, ?> callers(RedisCommand<?, ?, ?> command) {
    return command instanceof TransactionPart<?, ?, ?> part ? part.command : command;
  }

  @Override
  public boolean isDone() {
    return ended;
  }

  @Override
  public void complete() {
    ended = true;
    super.complete();
  }

  @Override
  public boolean completeExceptionally(Throwable throwable) {
    ended = true;
    return super.completeExceptionally(throwable);
  }

  @Override
  public void cancel() {
    ended = true;
    super.cancel();
  }
}
