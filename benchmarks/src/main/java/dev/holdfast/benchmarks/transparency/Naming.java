package dev.holdfast.benchmarks.transparency;

import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.ProtocolKeyword;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** How a program names its commands to Lettuce. */
enum Naming {
  /** As Lettuce's own API does. */
  PLAIN,
  /** A keyword of the user's own without {@code toString()}. */
  NAMELESS,
  /** A keyword whose {@code toString()} is another command's name than its bytes. */
  MASKED;

  private static final Map<String, CommandType> KNOWN =
      Arrays.stream(CommandType.values())
          .collect(Collectors.toMap(CommandType::name, Function.identity()));

  ProtocolKeyword of(String name) {
    return switch (this) {
      case PLAIN -> KNOWN.containsKey(name) ? KNOWN.get(name) : new Masked(name, name);
      case NAMELESS -> new Nameless(name);
      case MASKED -> new Masked(name, name.equals("GET") ? "INCR" : "GET");
    };
  }

  /** The command's name as the server reads it. */
  static String bytes(ProtocolKeyword keyword) {
    return new String(keyword.getBytes(), StandardCharsets.US_ASCII);
  }

  private static final class Nameless implements ProtocolKeyword {
    private final String name;

    Nameless(String name) {
      this.name = name;
    }

    @Override
    public byte[] getBytes() {
      return name.getBytes(StandardCharsets.US_ASCII);
    }
  }

  private record Masked(String sent, String shown) implements ProtocolKeyword {
    @Override
    public byte[] getBytes() {
      return sent.getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public String toString() {
      return shown;
    }
  }
}
