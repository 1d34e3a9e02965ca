package dev.holdfast.benchmarks.transparency;

import dev.holdfast.benchmarks.transparency.Call.Kind;
import dev.holdfast.benchmarks.transparency.Call.Reply;
import dev.holdfast.benchmarks.transparency.Call.Word;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Random commands from templates: a letter for the answer's kind, then the words. {@code <k>} is a
 * string's key, {@code <l>} a list's, {@code <h>} a hash's, {@code <s>} a set's, {@code <z>} a
 * sorted set's, {@code <x>} a stream's, {@code <a>} any of them, {@code <v>} a value, {@code <n>} a
 * number. Other words in capitals are keywords.
 */
final class Calls {

  private static final List<String> DATA =
      List.of(
          "S SET <k> <v>",
          "S SET <k> <v>",
          "S SET <k> <v> NX",
          "V SET <k> <v> GET",
          "S SET <k> <v> XX EX 100",
          "I SETNX <k> <v>",
          "V GET <k>",
          "V GET <k>",
          "V GET <a>",
          "V GETSET <k> <v>",
          "V GETDEL <k>",
          "I APPEND <k> <v>",
          "I STRLEN <k>",
          "I INCR <k>",
          "I INCRBY n1 <n>",
          "I DECR n2",
          "V INCRBYFLOAT n3 0.5",
          "I DEL <a>",
          "I DEL <k> <k>",
          "I EXISTS <a>",
          "S TYPE <a>",
          "I EXPIRE <a> 1000",
          "I PERSIST <a>",
          "A MGET <k> <k> <k>",
          "S MSET <k> <v> <k> <v>",
          "I LPUSH <l> <v>",
          "I RPUSH <l> <v> <v>",
          "V LPOP <l>",
          "V RPOPLPUSH <l> <l>",
          "A LRANGE <l> 0 -1",
          "I LLEN <a>",
          "I HSET <h> f1 <v>",
          "V HGET <h> f1",
          "A HGETALL <h>",
          "I HINCRBY <h> f2 <n>",
          "I SADD <s> <v> <v>",
          "I SREM <s> <v>",
          "I SCARD <s>",
          "I SISMEMBER <s> <v>",
          "I ZADD <z> 1 <v>",
          "A ZADD <z> INCR 2 <v>",
          "A ZRANGE <z> 0 -1 WITHSCORES",
          "S XADD <x> 7-<n> f <v>",
          "A XRANGE <x> - +",
          "I XLEN <x>",
          "A XREAD COUNT 2 STREAMS <x> 0",
          "I DBSIZE",
          "S PING",
          "V ECHO <v>",
          "V GET <k> <k>",
          "S MSET <k> <v> <k>",
          "S NOSUCHCOMMAND <k>",
          "A EVAL return{redis.call('INCR',KEYS[1])} 1 n1",
          "A EVAL return{KEYS[1],ARGV[1]} 1 <k> <v>",
          "A EVAL return{redis.pcall('NOSUCH')} 0",
          "V EVALSHA 0123456789012345678901234567890123456789 1 <k>",
          "S OBJECT ENCODING <h>");

  /** A blank within a word of a template. */
  static final char BLANK = '_';

  private final Random random;
  private final Setting setting;

  Calls(Random random, Setting setting) {
    this.random = random;
    this.setting = setting;
  }

  /** A command upon data, with any naming. */
  Call data() {
    Call call = of(Pick.one(random, DATA));
    if (random.nextInt(12) == 0) {
      Naming naming = random.nextBoolean() ? Naming.NAMELESS : Naming.MASKED;
      return new Call(naming, call.reply(), call.words());
    }
    return call;
  }

  /** A command from a template. */
  Call of(String template) {
    String[] parts = template.split(" ", -1);
    List<Word> words = new ArrayList<>();
    for (int i = 1; i < parts.length; i++) {
      words.add(word(parts[i].replace(BLANK, ' '), i == 1));
    }
    return new Call(Naming.PLAIN, reply(parts[0]), List.copyOf(words));
  }

  private static Reply reply(String letter) {
    return switch (letter) {
      case "S" -> Reply.STATUS;
      case "V" -> Reply.VALUE;
      case "I" -> Reply.INTEGER;
      default -> Reply.ARRAY;
    };
  }

  private Word word(String part, boolean first) {
    return switch (part) {
      case "<k>" -> new Word(Kind.KEY, "k" + random.nextInt(4));
      case "<l>" -> new Word(Kind.KEY, "l" + random.nextInt(2));
      case "<h>" -> new Word(Kind.KEY, "h" + random.nextInt(2));
      case "<s>" -> new Word(Kind.KEY, "s" + random.nextInt(2));
      case "<z>" -> new Word(Kind.KEY, "z" + random.nextInt(2));
      case "<x>" -> new Word(Kind.KEY, "x0");
      case "<a>" -> new Word(Kind.KEY, "klhszx".charAt(random.nextInt(6)) + "0");
      case "<v>" -> new Word(Kind.VALUE, value());
      case "<n>" -> new Word(Kind.NUMBER, Integer.toString(1 + random.nextInt(9)));
      case "7-<n>" -> new Word(Kind.TEXT, "7-" + (1 + random.nextInt(9)));
      default -> literal(part, first);
    };
  }

  private static Word literal(String part, boolean first) {
    if (first || part.chars().allMatch(c -> (c >= 'A' && c <= 'Z') || c == '-')) {
      return new Word(Kind.KEYWORD, part);
    }
    if (part.matches("n[0-9]|b[0-9]")) {
      return new Word(Kind.KEY, part);
    }
    return new Word(part.matches("[0-9]{1,9}") ? Kind.NUMBER : Kind.TEXT, part);
  }

  private String value() {
    if (setting.codec() == CodecKind.REFUSING && random.nextInt(12) == 0) {
      return Codec.UNDECODABLE;
    }
    return "v" + random.nextInt(10);
  }
}
