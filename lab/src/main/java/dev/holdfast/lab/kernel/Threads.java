package dev.holdfast.lab.kernel;

/** Waiting for threads that end by themselves. */
final class Threads {

  private Threads() {}

  /** Also when interrupted: a descriptor must not be closed under a thread that uses it. */
  static void join(Thread... threads) {
    boolean interrupted = false;
    for (Thread thread : threads) {
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
