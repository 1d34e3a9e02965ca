package dev.holdfast.redis;

import io.lettuce.core.protocol.RedisCommand;

/**
 * A command that may change its session.
 *
 * @param position its number among those handed down
 */
record SessionChange(CommandKind kind, RedisCommand<?, ?, ?> command, long position) {

  /** Its first argument, where that is a word. */
  String word() {
    return CommandWords.of(command).first();
  }

  /** Its second argument, where that is a word. */
  String secondWord() {
    return CommandWords.of(command).at(1);
  }
}
