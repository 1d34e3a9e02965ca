/** What the guards of all Redis clients share. */
@NullMarked
package dev.holdfast.internal.redis;

import org.jspecify.annotations.NullMarked;
