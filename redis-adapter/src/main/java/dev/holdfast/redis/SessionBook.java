package dev.holdfast.redis;

import io.lettuce.core.protocol.CommandWrapper;
import io.lettuce.core.protocol.RedisCommand;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/**
 * What the commands handed to one channel have opened on the server: a transaction, watched keys.
 * Confined to the event loop.
 */
final class SessionBook {

  /** The shortest list from which commands of answered transactions are dropped. */
  private static final int SHORTEST_PRUNED = 256;

  private boolean transactionOpen;
  private int watches;
  private int pruneAt = SHORTEST_PRUNED;
  private List<RedisCommand<?, ?, ?>> queued = List.of();
  private Set<RedisCommand<?, ?, ?>> watchedTransactions = Set.of();

  void handedDown(CommandKind kind, RedisCommand<?, ?, ?> command) {
    if (kind == CommandKind.PLAIN) {
      if (transactionOpen) {
        queue(command);
      }
      return;
    }
    switch (kind) {
      case MULTI -> {
        transactionOpen = true;
        if (watches > 0) {
          remember(command);
        }
      }
      case EXEC, DISCARD -> {
        transactionOpen = false;
        watches = 0;
      }
      case WATCH -> watches++;
      case UNWATCH -> watches = 0;
      default -> {}
    }
  }

  /**
   * Lettuce answers such a command with its transaction, not with the server's {@code QUEUED}; if
   * {@code EXEC} fails it would leave it unanswered.
   */
  private void queue(RedisCommand<?, ?, ?> command) {
    if (queued.isEmpty()) {
      queued = new ArrayList<>();
    } else if (queued.size() >= pruneAt) {
      queued.removeIf(RedisCommand::isDone);
      pruneAt = Math.max(SHORTEST_PRUNED, 2 * queued.size()); // one long transaction: not each time
    }
    queued.add(command);
  }

  private void remember(RedisCommand<?, ?, ?> multi) {
    if (watchedTransactions.isEmpty()) {
      watchedTransactions = Collections.newSetFromMap(new IdentityHashMap<>(4));
    }
    watchedTransactions.add(CommandWrapper.unwrap(multi));
  }

  /** Everything was answered: no transaction's fate is open any more. */
  void quiet() {
    if (!watchedTransactions.isEmpty()) {
      watchedTransactions = Set.of();
    }
    if (!transactionOpen && !queued.isEmpty()) {
      queued = List.of();
    }
  }

  /** Commands of transactions, in order, some of them answered long since. */
  List<RedisCommand<?, ?, ?>> queued() {
    return queued;
  }

  boolean transactionOpen() {
    return transactionOpen;
  }

  int watches() {
    return watches;
  }

  boolean watched(RedisCommand<?, ?, ?> multi) {
    return watchedTransactions.contains(CommandWrapper.unwrap(multi));
  }
}
