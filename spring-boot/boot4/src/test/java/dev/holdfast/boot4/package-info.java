@NullMarked
package dev.holdfast.boot4;

import org.jspecify.annotations.NullMarked;
