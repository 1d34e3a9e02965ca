package dev.holdfast.internal.socket;

import dev.holdfast.internal.bounded.LruMap;
import dev.holdfast.internal.diagnosis.Answer;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Who waits to hear whether the next connect to an address succeeds. Bounded. Thread-safe. */
final class NextConnects {

  private static final int MOST_ADDRESSES = 1_024;

  /** Enough to see a crowd. */
  private static final int MOST_WAITING = 64;

  private final Map<SocketAddress, List<Consumer<Answer>>> waiting = new LruMap<>(MOST_ADDRESSES);

  /** Tells, once and from any thread. */
  synchronized void tell(SocketAddress address, Consumer<Answer> listener) {
    List<Consumer<Answer>> here = waiting.computeIfAbsent(address, first -> new ArrayList<>(1));
    if (here.size() < MOST_WAITING) {
      here.add(listener);
    }
  }

  void ended(SocketAddress address, Answer works) {
    List<Consumer<Answer>> told;
    synchronized (this) {
      told = waiting.remove(address);
    }
    if (told != null) {
      told.forEach(listener -> listener.accept(works));
    }
  }
}
