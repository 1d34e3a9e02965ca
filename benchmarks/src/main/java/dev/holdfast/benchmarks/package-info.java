/** What the guards cost: bare and guarded clients side by side in one run. */
@NullMarked
package dev.holdfast.benchmarks;

import org.jspecify.annotations.NullMarked;
