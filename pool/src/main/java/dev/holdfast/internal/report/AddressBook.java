package dev.holdfast.internal.report;

import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * What is known of addresses: of all that are in use, whose number the connections bound, and of
 * those last asked for among the others. In a cluster of containers every deployment brings new
 * ones. Not thread-safe.
 */
final class AddressBook<K, V> {

  /** Enough for what comes back: a rolling restart, the other half of a failover. */
  static final int MOST_UNUSED = 256;

  private final Map<K, V> known = new LinkedHashMap<>(16, 0.75f, true);
  private final Predicate<V> inUse;
  private final Consumer<V> onForgotten;

  /**
   * @param inUse whether an entry must be kept
   * @param onForgotten hears of each that is not
   */
  AddressBook(Predicate<V> inUse, Consumer<V> onForgotten) {
    this.inUse = inUse;
    this.onForgotten = onForgotten;
  }

  /** What is known of an address, made if that is nothing yet. */
  V at(K address, Function<? super K, ? extends V> first) {
    V entry = known.get(address);
    if (entry == null) {
      entry = first.apply(address);
      forgetOldest();
      known.put(address, entry);
    }
    return entry;
  }

  private void forgetOldest() {
    if (known.size() < MOST_UNUSED) {
      return;
    }
    long unused = known.values().stream().filter(inUse.negate()).count();
    Iterator<V> oldestFirst = known.values().iterator();
    while (unused >= MOST_UNUSED && oldestFirst.hasNext()) {
      V entry = oldestFirst.next();
      if (!inUse.test(entry)) {
        oldestFirst.remove();
        onForgotten.accept(entry);
        unused--;
      }
    }
  }

  List<V> all() {
    return List.copyOf(known.values());
  }

  Collection<V> clear() {
    List<V> all = all();
    known.clear();
    return all;
  }
}
