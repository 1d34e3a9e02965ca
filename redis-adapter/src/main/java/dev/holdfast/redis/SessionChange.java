package dev.holdfast.redis;

import dev.holdfast.internal.command.CommandKind;
import io.lettuce.core.protocol.RedisCommand;

/**
 * A command that may change its session.
 *
 * @param position its number among those handed down
 */
record SessionChange(CommandKind kind, RedisCommand<?, ?, ?> command, long position) {

  /** Its first argument, where that is a word. */
  String word() {
    return LettuceWords.of(command).first();
  }

  /** Its second argument, where that is a word. */
  String secondWord() {
    return LettuceWords.of(command).at(1);
  }
}
