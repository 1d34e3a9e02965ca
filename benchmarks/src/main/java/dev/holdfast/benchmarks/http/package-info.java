/** HTTP clients, bare and guarded, under load and under bytes nobody asked for. */
@NullMarked
package dev.holdfast.benchmarks.http;

import org.jspecify.annotations.NullMarked;
