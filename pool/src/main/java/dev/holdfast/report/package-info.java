/** How a diagnosis reaches people and machines: one log line, one counter, one event. */
@NullMarked
package dev.holdfast.report;

import org.jspecify.annotations.NullMarked;
