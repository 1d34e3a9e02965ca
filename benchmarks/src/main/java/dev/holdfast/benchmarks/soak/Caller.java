package dev.holdfast.benchmarks.soak;

import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** Makes the calls of one thread of a client and notes what came of them. */
final class Caller {

  private final Client client;
  private final Journal journal;
  private final Failures failures;

  Caller(Client client, Journal journal, Failures failures) {
    this.client = client;
    this.journal = journal;
    this.failures = failures;
  }

  /** A call whose answer tells whether it is its own. */
  @FunctionalInterface
  interface Action {

    /**
     * Calls.
     *
     * @return false if the answer is another call's
     */
    boolean call() throws Exception;
  }

  /**
   * Calls and notes the outcome.
   *
   * @return whether it was answered
   */
  boolean call(Work work, String id, Action action) throws InterruptedException {
    return call(work, id, System.nanoTime(), action);
  }

  /**
   * Notes the outcome of a call that began earlier.
   *
   * @return whether it was answered
   */
  boolean call(Work work, String id, long began, Action action) throws InterruptedException {
    Outcome outcome;
    try {
      outcome = action.call() ? Outcome.ANSWERED : Outcome.SWAPPED;
    } catch (InterruptedException closing) {
      throw closing;
    } catch (Exception failed) {
      Throwable cause =
          failed instanceof ExecutionException || failed instanceof CompletionException
              ? failed.getCause()
              : failed;
      outcome = Outcome.of(failed);
      failures.add(client, journal.episode(), outcome, cause == null ? failed : cause);
    }
    // A call under way when a fault is injected suffers from that fault, not from the one before.
    int episode = journal.episode();
    journal.add(new Call(client, episode, work, id, outcome, System.nanoTime() - began));
    return !outcome.failed();
  }
}
