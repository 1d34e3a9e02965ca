/** Random units of work over a path that breaks, bare beside guarded, held against the server. */
@NullMarked
package dev.holdfast.benchmarks.broken;

import org.jspecify.annotations.NullMarked;
