package dev.holdfast.redis;

import dev.holdfast.internal.command.CommandKind;
import dev.holdfast.redis.LostCalls.Broken;
import dev.holdfast.retry.NotExecutedException;
import io.lettuce.core.protocol.RedisCommand;
import org.jspecify.annotations.Nullable;

/**
 * Which commands must not run on a channel: what belongs to a transaction that was lost, and what
 * blocks where others share the connection.
 */
final class Refusals {

  private Refusals() {}

  /**
   * Why a command must not run on a channel; null if it may.
   *
   * @param insideHeld whether it would belong to a transaction that is held
   */
  static @Nullable NotExecutedException of(
      GuardedChannel guarded, CommandKind kind, RedisCommand<?, ?, ?> command, boolean insideHeld) {
    if (guarded.endpoint().broken() != Broken.NOTHING
        && belongsToBroken(guarded.endpoint(), kind, command)) {
      guarded.meters().notExecuted(Refusal.TRANSACTION.tag());
      return new NotExecutedException(
          CommandName.forPeople(command),
          "its transaction, or the WATCH before it, was lost with the previous connection; repeat"
              + " the whole transaction");
    }
    if (kind != CommandKind.PLAIN
        && guarded.endpoint().shared()
        && kind.blocks(() -> LettuceWords.of(command))
        && !guarded.session().insideTransaction() // where it does not block
        && !insideHeld) {
      guarded.meters().notExecuted(Refusal.BLOCKING.tag());
      return new NotExecutedException(
          CommandName.forPeople(command),
          "it blocks, and this connection was declared shared: every other caller would wait behind"
              + " it; use a connection of its own");
    }
    return null;
  }

  private static boolean belongsToBroken(
      EndpointState endpoint, CommandKind kind, RedisCommand<?, ?, ?> command) {
    Broken broken = endpoint.broken();
    if (broken == Broken.WATCH) {
      if (kind == CommandKind.MULTI) {
        endpoint.leaveBroken(
            Calls.isRegistered(command) ? Broken.TRANSACTION : Broken.UNREGISTERED_TRANSACTION);
        return true;
      }
      if (kind.endsTransaction() || kind == CommandKind.UNWATCH) {
        endpoint.leaveBroken(Broken.NOTHING);
      }
      return false;
    }
    boolean belongs =
        broken == Broken.UNREGISTERED_TRANSACTION
            || Calls.isMember(command)
            || kind == CommandKind.MULTI
            || kind == CommandKind.WATCH
            || kind.endsTransaction();
    if (kind.endsTransaction() || !belongs) {
      endpoint.leaveBroken(Broken.NOTHING); // Lettuce has given the transaction up, or ends it
    }
    return belongs;
  }
}
