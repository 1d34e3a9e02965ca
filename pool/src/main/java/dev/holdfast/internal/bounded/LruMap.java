package dev.holdfast.internal.bounded;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A map that forgets its least recently used entry. Not thread-safe.
 *
 * @param <K> keys
 * @param <V> values
 */
public final class LruMap<K, V> extends LinkedHashMap<K, V> {

  private static final long serialVersionUID = 1L;

  /** How many entries it keeps. */
  private final int capacity;

  /**
   * Empty.
   *
   * @param capacity how many entries it keeps
   */
  public LruMap(int capacity) {
    super(16, 0.75f, true);
    this.capacity = capacity;
  }

  @Override
  protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
    return size() > capacity;
  }
}
