package dev.holdfast.internal.report;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who hears of one kind of event. What a listener throws is logged and stops nothing. Thread-safe.
 *
 * @param <T> the event
 */
public final class Listeners<T> {

  private static final Logger LOG = LoggerFactory.getLogger(Listeners.class);

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
      try {
        listener.accept(event);
      } catch (RuntimeException thrown) {
        LOG.warn("{}: a listener failed", guard, thrown);
      }
    }
  }
}
