package dev.holdfast.internal.wire;

import java.time.Duration;

/** What fresh connections to an endpoint have told of the path to it. Immutable. */
public sealed interface Opinion {

  /**
   * The endpoint was heard.
   *
   * @param atNanos {@link System#nanoTime()} of the answer
   * @param took from the question to the answer
   * @param darkness for how long fresh connections had gone unanswered before; zero if the first
   *     was answered
   */
  record Answered(long atNanos, Duration took, Duration darkness) implements Opinion {}

  /**
   * No fresh connection was answered, or none could be tried: nothing tells a flow that was
   * forgotten from a path, or a server, that answers nobody.
   *
   * @param sinceNanos {@link System#nanoTime()} of the first of the dials that are not answered; of
   *     this reading if there was none
   */
  record Unanswered(long sinceNanos) implements Opinion {}
}
