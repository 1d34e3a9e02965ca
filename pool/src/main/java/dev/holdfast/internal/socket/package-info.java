/** A blocking socket that is watched and judged. */
@NullMarked
package dev.holdfast.internal.socket;

import org.jspecify.annotations.NullMarked;
