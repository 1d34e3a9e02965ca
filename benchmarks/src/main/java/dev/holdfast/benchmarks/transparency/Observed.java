package dev.holdfast.benchmarks.transparency;

/**
 * What a program showed on one client.
 *
 * @param pings PINGs the server got, those of the program and of a guard
 * @param nanos how long it took
 */
record Observed(Transcript transcript, long pings, long nanos) {}
