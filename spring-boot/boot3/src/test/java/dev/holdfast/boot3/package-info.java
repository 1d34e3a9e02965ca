@NullMarked
package dev.holdfast.boot3;

import org.jspecify.annotations.NullMarked;
