package dev.holdfast.internal.wire;

/** Asks the endpoint of a doubted flow by way of a fresh connection. */
@FunctionalInterface
public interface SecondOpinion {

  /**
   * Has a fresh connection tried, unless one was answered late enough or is under way. Never waits;
   * to be asked again for as long as the doubt lasts.
   *
   * @param sinceNanos {@link System#nanoTime()} since when the flow is silent: an earlier answer
   *     says nothing of that silence
   * @return what is known at this moment
   */
  Opinion ask(long sinceNanos);
}
