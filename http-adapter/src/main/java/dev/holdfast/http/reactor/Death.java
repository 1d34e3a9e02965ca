package dev.holdfast.http.reactor;

import dev.holdfast.diagnosis.Cause;

/**
 * Why a connection ends. Immutable.
 *
 * @param cause what the client saw
 * @param evidence the readings that show it, without address or payload
 * @param atNanos {@link System#nanoTime()} when it was noted
 */
record Death(Cause cause, String evidence, long atNanos) {}
