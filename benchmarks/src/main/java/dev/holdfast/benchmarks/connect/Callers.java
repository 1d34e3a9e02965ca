package dev.holdfast.benchmarks.connect;

import java.util.concurrent.atomic.AtomicInteger;

/** Threads that connect at once. */
final class Callers {

  private Callers() {}

  /** Has them make so many connects together. */
  static Score connect(Contender contender, int count, int callers) throws InterruptedException {
    Score score = new Score();
    AtomicInteger left = new AtomicInteger(count);
    Thread[] threads = new Thread[Math.min(count, callers)];
    for (int i = 0; i < threads.length; i++) {
      threads[i] =
          new Thread(
              () -> {
                while (left.getAndDecrement() > 0) {
                  connect(contender, score);
                }
              });
      threads[i].start();
    }
    for (Thread thread : threads) {
      thread.join();
    }
    return score;
  }

  private static void connect(Contender contender, Score score) {
    long began = System.nanoTime();
    try {
      score.connected(contender.connect());
    } catch (Exception failure) {
      score.failed(System.nanoTime() - began, failure);
    }
  }
}
