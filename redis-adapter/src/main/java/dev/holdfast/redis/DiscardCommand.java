package dev.holdfast.redis;

import dev.holdfast.internal.report.GuardMeters;
import dev.holdfast.retry.NotExecutedException;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.RedisCommand;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Ends a transaction that must not run, in the place of its {@code EXEC}, and answers what waits
 * for that.
 */
final class DiscardCommand extends Command<String, String, String> {

  private static final String INCOMPLETE =
      "a part of its transaction was given up by its caller, or refused by the client, before it was"
          + " sent; nothing of it ran";

  private final @Nullable RedisCommand<?, ?, ?> exec;
  private final List<RedisCommand<?, ?, ?>> members;
  private final GuardMeters meters;
  private boolean ended;

  /**
   * @param exec null if it was left out itself
   * @param members that were sent
   */
  DiscardCommand(
      @Nullable RedisCommand<?, ?, ?> exec,
      List<RedisCommand<?, ?, ?>> members,
      GuardMeters meters) {
    super(CommandType.DISCARD, new StatusOutput<>(StringCodec.ASCII));
    this.exec = exec;
    this.members = members;
    this.meters = meters;
    if (exec != null && Calls.isDone(exec)) {
      meters.timedOut(1);
    }
  }

  static void refuse(RedisCommand<?, ?, ?> part, GuardMeters meters) {
    if (!Calls.isDone(part)) {
      meters.notExecuted(Refusal.TRANSACTION.tag());
      Calls.fail(part, new NotExecutedException(CommandName.forPeople(part), INCOMPLETE));
    }
  }

  @Override
  public void complete() {
    super.complete();
    if (exec == null) {
      PartialReplies.onThisEventLoop().ours++;
    }
    String error = getOutput().getError();
    if (ended) {
      return;
    }
    if (error == null) {
      refuseAll();
    } else {
      failAll(new RedisCommandExecutionException(error)); // the MULTI had been refused: they ran
    }
  }

  @Override
  public boolean completeExceptionally(Throwable failure) {
    boolean first = super.completeExceptionally(failure);
    if (!ended && NotExecutedException.in(failure).isPresent()) {
      refuseAll();
    } else if (!ended) {
      failAll(failure);
    }
    return first;
  }

  @Override
  public void cancel() {
    super.cancel();
    if (!ended) {
      failAll(new CancellationException());
    }
  }

  private void refuseAll() {
    endAll(part -> refuse(part, meters));
  }

  private void failAll(Throwable failure) {
    endAll(part -> Calls.fail(part, failure));
  }

  private void endAll(Consumer<RedisCommand<?, ?, ?>> end) {
    ended = true;
    members.forEach(end);
    if (exec != null) {
      end.accept(exec);
    }
  }
}
