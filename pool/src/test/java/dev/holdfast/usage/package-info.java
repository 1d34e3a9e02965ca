@NullMarked
package dev.holdfast.usage;

import org.jspecify.annotations.NullMarked;
