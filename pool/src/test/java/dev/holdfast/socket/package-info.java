@NullMarked
package dev.holdfast.socket;

import org.jspecify.annotations.NullMarked;
