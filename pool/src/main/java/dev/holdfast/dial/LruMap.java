package dev.holdfast.dial;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A map that forgets its least recently used entry. Not thread-safe.
 *
 * @param <K> keys
 * @param <V> values
 */
final class LruMap<K, V> extends LinkedHashMap<K, V> {

  private static final long serialVersionUID = 1L;

  private final int capacity;

  LruMap(int capacity) {
    super(16, 0.75f, true);
    this.capacity = capacity;
  }

  @Override
  protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
    return size() > capacity;
  }
}
