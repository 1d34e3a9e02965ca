package dev.holdfast.benchmarks.transparency;

import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;

/**
 * A codec of the user's with the way from a program's texts to its keys and values.
 *
 * @param codec counts what it is asked to encode
 * @param encoded how often a key or value was encoded so far
 */
record Codec<K, V>(
    RedisCodec<K, V> codec,
    Function<String, K> toKey,
    Function<String, V> toValue,
    LongAdder encoded) {

  /** A value that {@link CodecKind#REFUSING} does not encode. */
  static final String UNENCODABLE = "unencodable";

  /** A value that {@link CodecKind#REFUSING} does not decode. */
  static final String UNDECODABLE = "undecodable";

  K key(String text) {
    return toKey.apply(text);
  }

  V value(String text) {
    return toValue.apply(text);
  }

  static Codec<?, ?> of(CodecKind kind) {
    return switch (kind) {
      case STRING -> counting(StringCodec.UTF8, Function.identity(), Function.identity());
      case BYTES -> counting(ByteArrayCodec.INSTANCE, Codec::bytes, Codec::bytes);
      case OWN_BUFFER -> counting(new OwnBuffers(), Function.identity(), Codec::buffer);
      case REFUSING -> counting(new Refusing(), Function.identity(), Function.identity());
    };
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static ByteBuffer buffer(String text) {
    return ByteBuffer.wrap(bytes(text));
  }

  private static <K, V> Codec<K, V> counting(
      RedisCodec<K, V> codec, Function<String, K> toKey, Function<String, V> toValue) {
    LongAdder encoded = new LongAdder();
    return new Codec<>(new Counting<>(codec, encoded), toKey, toValue, encoded);
  }

  private record Counting<K, V>(RedisCodec<K, V> codec, LongAdder encoded)
      implements RedisCodec<K, V> {
    @Override
    public K decodeKey(ByteBuffer bytes) {
      return codec.decodeKey(bytes);
    }

    @Override
    public V decodeValue(ByteBuffer bytes) {
      return codec.decodeValue(bytes);
    }

    @Override
    public ByteBuffer encodeKey(K key) {
      encoded.increment();
      return codec.encodeKey(key);
    }

    @Override
    public ByteBuffer encodeValue(V value) {
      encoded.increment();
      return codec.encodeValue(value);
    }
  }

  /** Hands the caller's buffer itself to Lettuce, which reads it empty. */
  private static final class OwnBuffers implements RedisCodec<String, ByteBuffer> {
    @Override
    public String decodeKey(ByteBuffer bytes) {
      return StringCodec.UTF8.decodeKey(bytes);
    }

    @Override
    public ByteBuffer decodeValue(ByteBuffer bytes) {
      return buffer(StringCodec.UTF8.decodeValue(bytes));
    }

    @Override
    public ByteBuffer encodeKey(String key) {
      return StringCodec.UTF8.encodeKey(key);
    }

    @Override
    public ByteBuffer encodeValue(ByteBuffer value) {
      return value;
    }
  }

  private static final class Refusing implements RedisCodec<String, String> {
    @Override
    public String decodeKey(ByteBuffer bytes) {
      return StringCodec.UTF8.decodeKey(bytes);
    }

    @Override
    public String decodeValue(ByteBuffer bytes) {
      String text = StringCodec.UTF8.decodeValue(bytes);
      if (text.equals(UNDECODABLE)) {
        throw new IllegalStateException("not of this codec");
      }
      return text;
    }

    @Override
    public ByteBuffer encodeKey(String key) {
      return StringCodec.UTF8.encodeKey(key);
    }

    @Override
    public ByteBuffer encodeValue(String value) {
      if (value.equals(UNENCODABLE)) {
        throw new IllegalArgumentException("not for this codec");
      }
      return StringCodec.UTF8.encodeValue(value);
    }
  }
}
