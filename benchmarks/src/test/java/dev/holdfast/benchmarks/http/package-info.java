/** HTTP clients meet bytes nobody asked for. */
@NullMarked
package dev.holdfast.benchmarks.http;

import org.jspecify.annotations.NullMarked;
