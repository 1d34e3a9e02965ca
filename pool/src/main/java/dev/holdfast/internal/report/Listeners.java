package dev.holdfast.internal.report;

import dev.holdfast.internal.metrics.Guarded;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * Who hears of one kind of event. What a listener throws, errors included, is logged and stops
 * nothing. Thread-safe.
 *
 * @param <T> the event
 */
public final class Listeners<T> {

  private final List<Consumer<? super T>> all = new CopyOnWriteArrayList<>();

  /** Nobody yet. */
  public Listeners() {}

  /**
   * Adds one, to be called behind those added before.
   *
   * @param listener runs on the thread that tells: it must be quick and must not block
   */
  public void add(Consumer<? super T> listener) {
    all.add(listener);
  }

  /**
   * Tells everyone.
   *
   * @param guard whose event it is, the name in the log
   * @param event what happened
   */
  public void tell(String guard, T event) {
    for (Consumer<? super T> listener : all) {
      Guarded.run("a listener of " + guard, () -> listener.accept(event));
    }
  }
}
