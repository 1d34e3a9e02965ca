@NullMarked
package dev.holdfast.dial;

import org.jspecify.annotations.NullMarked;
