package dev.holdfast.redis;

import static dev.holdfast.retry.ReplaySafety.SAFE;
import static dev.holdfast.retry.ReplaySafety.STATE_IDEMPOTENT;
import static dev.holdfast.retry.ReplaySafety.UNSAFE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.internal.command.BlockTime;
import dev.holdfast.retry.ReplaySafety;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.ProtocolKeyword;
import io.lettuce.core.protocol.ReadOnlyCommands;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** By command and arguments; a value that reads like an option must not count as one. */
final class CommandSafetyTest {

  private record Custom(String word) implements ProtocolKeyword {
    @Override
    public byte[] getBytes() {
      return word.getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public String toString() {
      return word;
    }
  }

  private static Command<String, String, String> command(String line) {
    String[] words = line.split(" ", -1);
    CommandArgs<String, String> args = new CommandArgs<>(StringCodec.UTF8);
    for (int i = 1; i < words.length; i++) {
      args.add(words[i]);
    }
    ProtocolKeyword type = new Custom(words[0]);
    for (CommandType known : CommandType.values()) {
      if (known.toString().equals(words[0])) {
        type = known;
      }
    }
    return new Command<>(type, new StatusOutput<>(StringCodec.UTF8), args);
  }

  @ParameterizedTest
  @CsvSource({
    "GET key, SAFE",
    "MGET a b, SAFE",
    "PING, SAFE",
    "EVAL_RO script 0, SAFE",
    "XREAD STREAMS stream 0, SAFE",
    "XREAD COUNT 2 STREAMS BLOCK 0, SAFE",
    "XREAD BLOCK 100 STREAMS stream 0, SAFE",
    "XREAD BLOCK 100 STREAMS a b 0 $, UNSAFE",
    "XREAD BLOCK 100 COUNT 1 STREAMS $ $, UNSAFE",
    "XREADGROUP GROUP g c BLOCK 5 STREAMS s >, UNSAFE",
    "CLIENT ID, SAFE",
    "CLIENT KILL 1, UNSAFE",
    "CLIENT REPLY OFF, UNSAFE",
    "SCRIPT LOAD code, SAFE",
    "SCRIPT FLUSH, UNSAFE",
    "SUBSCRIBE news, SAFE",
    "SELECT 1, SAFE",
    "SET key value, STATE_IDEMPOTENT",
    "SET key value EX 10, STATE_IDEMPOTENT",
    "SET NX value, STATE_IDEMPOTENT",
    "SET key NX, STATE_IDEMPOTENT",
    "SET key value NX, UNSAFE",
    "SET key value EX 10 XX, UNSAFE",
    "SET key value GET, UNSAFE",
    "SET key value IFDEQ digest, UNSAFE",
    "SET key value IFDNE digest, UNSAFE",
    "SET key value PX, UNSAFE",
    "SET key value OPTION-OF-TOMORROW, UNSAFE",
    "SET key value KEEPTTL, STATE_IDEMPOTENT",
    "SET key value PXAT 9 KEEPTTL, STATE_IDEMPOTENT",
    "EXPIRE key 10, STATE_IDEMPOTENT",
    "EXPIRE key 10 GT, STATE_IDEMPOTENT",
    "EXPIRE key 10 OPTION-OF-TOMORROW, UNSAFE",
    "SETEX key 10 value, STATE_IDEMPOTENT",
    "SETEX key 10 value OPTION-OF-TOMORROW, UNSAFE",
    "SETNX key value, UNSAFE",
    "GETDEL key, UNSAFE",
    "GETSET key value, UNSAFE",
    "HSET hash field value, STATE_IDEMPOTENT",
    "DEL key, STATE_IDEMPOTENT",
    "ZADD set 1 member, STATE_IDEMPOTENT",
    "ZADD set INCR 1 member, UNSAFE",
    "ZADD set GT CH 1 member, STATE_IDEMPOTENT",
    "ZADD set CH INCR 1 member, UNSAFE",
    "ZADD set OPTION-OF-TOMORROW 1 member, UNSAFE",
    "INCR key, UNSAFE",
    "LPUSH list value, UNSAFE",
    "SPOP set, UNSAFE",
    "PUBLISH news text, UNSAFE",
    "EVAL script 0, UNSAFE",
    "EVALSHA digest 0, UNSAFE",
    "FCALL function 0, UNSAFE",
    "MULTI, UNSAFE",
    "ASKING, UNSAFE",
    "BLPOP list 0, UNSAFE",
    "MODULE.UNKNOWN x, UNSAFE",
  })
  void mustJudgeByCommandAndArguments(String line, ReplaySafety safety) {
    assertThat(CommandSafety.of(command(line))).isEqualTo(safety);
  }

  @Test
  void mustReadAnOptionInAnyCase() {
    assertThat(CommandSafety.of(command("SET key value nx"))).isEqualTo(UNSAFE);
    assertThat(CommandSafety.of(command("get key"))).isEqualTo(SAFE); // as the server reads it
    assertThat(CommandSafety.of(command("SET key value px 5"))).isEqualTo(STATE_IDEMPOTENT);
    assertThat(CommandSafety.of(command("TTL key"))).isEqualTo(SAFE);
  }

  @ParameterizedTest
  @CsvSource({
    "BLPOP list 0, true",
    "BZMPOP 0 1 set MIN, true",
    "WAIT 1 0, true",
    "XREAD BLOCK 0 STREAMS s 0, true",
    "XREAD STREAMS s 0, false",
    "XREADGROUP GROUP g c BLOCK 5 STREAMS s >, true",
    "LPOP list, false",
    "blpop list 0, true",
  })
  void mustKnowWhatBlocks(String line, boolean blocks) {
    Command<String, String, String> command = command(line);
    assertThat(LettuceKinds.blocks(command)).isEqualTo(blocks);
  }

  @ParameterizedTest
  @CsvSource({
    "BLPOP list 8, 8000",
    "BRPOP a b 0.5, 500",
    "BLMOVE a b LEFT RIGHT 2, 2000",
    "BLMPOP 3 1 list LEFT, 3000",
    "BZPOPMIN set 0.001, 1",
    "WAIT 1 250, 250",
    "XREAD COUNT 1 BLOCK 70 STREAMS s 0, 70",
    "XREADGROUP GROUP g c BLOCK 5 STREAMS s >, 5",
  })
  void mustKnowHowLongItBlocks(String line, long millis) {
    assertThat(blocks(line)).isEqualTo(millis * 1_000_000);
  }

  private static long blocks(String line) {
    Command<String, String, String> command = command(line);
    return BlockTime.nanos(CommandName.of(command), LettuceWords.of(command));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "BLPOP list 0",
        "BLPOP list",
        "BLPOP list soon",
        "XREAD BLOCK 0 STREAMS s 0",
        "GET k"
      })
  void mustTakeForEndlessWhatItCannotTell(String line) {
    assertThat(blocks(line)).isEqualTo(BlockTime.NO_END);
  }

  /** The table is every client's; it began as Lettuce's list. */
  @ParameterizedTest
  @EnumSource
  void mustTakeForAReadWhatLettuceDoes(CommandType type) {
    Set<String> notJustReads =
        Set.of("SCRIPT", "CLIENT", "ASKING", "XREAD", "FT.AGGREGATE", "FT.HYBRID", "FT.SEARCH");
    if (ReadOnlyCommands.isReadOnlyCommand(type) && !notJustReads.contains(type.toString())) {
      assertThat(CommandSafety.of(command(type.toString()))).isEqualTo(SAFE);
    }
  }

  /** No command that Redis flags {@code write} may be taken for a read, whatever Lettuce lists. */
  @ParameterizedTest
  @EnumSource(
      value = CommandType.class,
      names = {
        "APPEND",
        "DECR",
        "DECRBY",
        "INCR",
        "INCRBY",
        "INCRBYFLOAT",
        "HINCRBY",
        "HINCRBYFLOAT",
        "ZINCRBY",
        "LPUSH",
        "RPUSH",
        "LPUSHX",
        "RPUSHX",
        "LPOP",
        "RPOP",
        "LMOVE",
        "RPOPLPUSH",
        "LINSERT",
        "LREM",
        "LTRIM",
        "SMOVE",
        "SPOP",
        "ZPOPMIN",
        "ZPOPMAX",
        "ZMPOP",
        "LMPOP",
        "RENAME",
        "RENAMENX",
        "COPY",
        "RESTORE",
        "XADD",
        "XREADGROUP",
        "XCLAIM",
        "XAUTOCLAIM",
        "XTRIM",
        "BITFIELD",
        "PUBLISH",
        "EVAL",
        "EVALSHA",
        "FCALL",
        "SORT",
        "GETEX",
        "MSETNX",
        "SETNX",
        "HSETNX",
        "FLUSHALL",
        "FLUSHDB",
        "SWAPDB",
        "MOVE",
        "MIGRATE",
        "SHUTDOWN"
      })
  void mustNeverReplayAWriteThatCounts(CommandType type) {
    assertThat(CommandSafety.of(command(type.toString()))).isEqualTo(UNSAFE);
  }
}
