/** One log line, one counter and one event for each diagnosis. */
@NullMarked
package dev.holdfast.internal.report;

import org.jspecify.annotations.NullMarked;
