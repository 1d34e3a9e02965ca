@NullMarked
package dev.holdfast.gate;

import org.jspecify.annotations.NullMarked;
