@NullMarked
package dev.holdfast.internal.usage;

import org.jspecify.annotations.NullMarked;
