/** What a user runs first: the same workload bare and guarded on a path that forgets idle flows. */
@NullMarked
package dev.holdfast.examples;

import org.jspecify.annotations.NullMarked;
