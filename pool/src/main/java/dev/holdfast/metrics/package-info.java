/** The meters Holdfast publishes, each declared once. */
@NullMarked
package dev.holdfast.metrics;

import org.jspecify.annotations.NullMarked;
