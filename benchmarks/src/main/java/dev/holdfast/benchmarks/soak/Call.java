package dev.holdfast.benchmarks.soak;

/**
 * One call, as its caller saw it.
 *
 * @param client which client of which side
 * @param episode the fault under way when it ended
 * @param work what it did
 * @param id of its own; of an {@link Work#APPEND} the number in the client's list; empty for {@link
 *     Work#PLAIN}
 * @param outcome what its caller learned
 * @param nanos how long it took
 */
record Call(Client client, int episode, Work work, String id, Outcome outcome, long nanos) {}
