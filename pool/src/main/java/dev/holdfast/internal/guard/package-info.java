/** What the builders of all guards check alike. */
@NullMarked
package dev.holdfast.internal.guard;

import org.jspecify.annotations.NullMarked;
