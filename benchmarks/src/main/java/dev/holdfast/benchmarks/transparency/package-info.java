/**
 * The same random programs over Lettuce, bare and guarded, on a healthy path: nothing a program can
 * observe may differ.
 */
@NullMarked
package dev.holdfast.benchmarks.transparency;

import org.jspecify.annotations.NullMarked;
