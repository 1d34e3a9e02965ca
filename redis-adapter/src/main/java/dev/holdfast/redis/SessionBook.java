package dev.holdfast.redis;

import io.lettuce.core.protocol.CommandWrapper;
import io.lettuce.core.protocol.RedisCommand;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;

/**
 * What the commands handed to one channel have opened on the server: a transaction, watched keys.
 * Confined to the event loop.
 */
final class SessionBook {

  private boolean transactionOpen;
  private int watches;
  private Set<RedisCommand<?, ?, ?>> watchedTransactions = Set.of();

  void handedDown(CommandKind kind, RedisCommand<?, ?, ?> command) {
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
