@NullMarked
package dev.holdfast.connect;

import org.jspecify.annotations.NullMarked;
