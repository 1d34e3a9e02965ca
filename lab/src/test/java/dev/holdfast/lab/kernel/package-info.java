/** The kernel lab keeps its promises. */
@NullMarked
package dev.holdfast.lab.kernel;

import org.jspecify.annotations.NullMarked;
