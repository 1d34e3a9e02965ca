/** What all guards have in common, for whoever lists them: a framework, a monitoring endpoint. */
@NullMarked
package dev.holdfast.guard;

import org.jspecify.annotations.NullMarked;
