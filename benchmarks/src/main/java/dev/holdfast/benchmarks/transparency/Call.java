package dev.holdfast.benchmarks.transparency;

import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.output.CommandOutput;
import io.lettuce.core.output.IntegerOutput;
import io.lettuce.core.output.NestedMultiOutput;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.output.ValueOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.ProtocolKeyword;
import java.util.List;
import java.util.stream.Collectors;

/**
 * One command with its arguments.
 *
 * @param naming how the client is told the command's name
 * @param reply how its answer is read
 * @param words the command's name first
 */
record Call(Naming naming, Reply reply, List<Word> words) {

  /** What an argument is to Lettuce. */
  enum Kind {
    KEY,
    VALUE,
    KEYWORD,
    TEXT,
    NUMBER
  }

  record Word(Kind kind, String text) {}

  enum Reply {
    STATUS,
    VALUE,
    INTEGER,
    ARRAY;

    <K, V> CommandOutput<K, V, ?> output(RedisCodec<K, V> codec) {
      return switch (this) {
        case STATUS -> new StatusOutput<>(codec);
        case VALUE -> new ValueOutput<>(codec);
        case INTEGER -> new IntegerOutput<>(codec);
        case ARRAY -> new NestedMultiOutput<>(codec);
      };
    }
  }

  String name() {
    return words.get(0).text();
  }

  ProtocolKeyword keyword() {
    return naming.of(name());
  }

  <K, V> CommandArgs<K, V> args(Codec<K, V> codec) {
    CommandArgs<K, V> args = new CommandArgs<>(codec.codec());
    for (Word word : words.subList(1, words.size())) {
      switch (word.kind()) {
        case KEY -> args.addKey(codec.key(word.text()));
        case VALUE -> args.addValue(codec.value(word.text()));
        case KEYWORD -> args.add(Naming.PLAIN.of(word.text()));
        case TEXT -> args.add(word.text());
        case NUMBER -> args.add(Long.parseLong(word.text()));
      }
    }
    return args;
  }

  @Override
  public String toString() {
    String line = words.stream().map(Word::text).collect(Collectors.joining(" "));
    return naming == Naming.PLAIN ? line : line + " (keyword " + naming + ")";
  }
}
