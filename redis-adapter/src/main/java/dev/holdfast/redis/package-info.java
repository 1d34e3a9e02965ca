/**
 * A guard for Lettuce: {@link dev.holdfast.redis.LettuceGuard} is the way in, everything else
 * follows from it.
 */
@NullMarked
package dev.holdfast.redis;

import org.jspecify.annotations.NullMarked;
