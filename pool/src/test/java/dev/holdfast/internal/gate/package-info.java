@NullMarked
package dev.holdfast.internal.gate;

import org.jspecify.annotations.NullMarked;
