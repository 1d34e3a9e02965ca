@NullMarked
package dev.holdfast.internal.diagnosis;

import org.jspecify.annotations.NullMarked;
