package dev.holdfast.pool;

/** Runs something later. */
@FunctionalInterface
interface Scheduler {

  /**
   * Runs a task once.
   *
   * @param nanos from now
   * @param task must not block
   * @return cancels the task if it has not begun
   */
  Runnable after(long nanos, Runnable task);
}
