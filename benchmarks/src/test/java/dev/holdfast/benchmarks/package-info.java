/** Tests. */
@org.jspecify.annotations.NullMarked
package dev.holdfast.benchmarks;
