/**
 * How what a guard sees reaches people and machines: one log line, one counter, one event for a
 * diagnosis; the meters and listeners of a guard.
 */
@NullMarked
package dev.holdfast.report;

import org.jspecify.annotations.NullMarked;
