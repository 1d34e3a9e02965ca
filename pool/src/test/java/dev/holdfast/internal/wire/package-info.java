@NullMarked
package dev.holdfast.internal.wire;

import org.jspecify.annotations.NullMarked;
