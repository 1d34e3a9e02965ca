package dev.holdfast.benchmarks.transparency;

/**
 * How a program's client and connections are set up.
 *
 * @param resp3 RESP3, else RESP2
 * @param codec of all its connections
 * @param queueSize {@code requestQueueSize}, 0 for none
 * @param rejects {@code DisconnectedBehavior.REJECT_COMMANDS}
 * @param handler whether the user has a handler of his own beside Lettuce's command handler
 * @param shape which connections there are
 * @param shared whether a guard hears that connections are shared between callers
 */
record Setting(
    boolean resp3,
    CodecKind codec,
    int queueSize,
    boolean rejects,
    boolean handler,
    Shape shape,
    boolean shared) {

  enum Shape {
    /** One connection, c0. */
    ONE,
    /** Two, c0 and c1. */
    TWO,
    /** A connection c0 and a pub/sub connection c1. */
    LISTENING,
    /** A pool of two. */
    POOLED
  }
}
