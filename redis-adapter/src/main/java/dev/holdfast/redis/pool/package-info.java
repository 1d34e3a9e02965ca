/**
 * Guarded Lettuce connections as a pool of commons-pool2, which is an optional dependency: only who
 * uses this package needs it.
 */
@NullMarked
package dev.holdfast.redis.pool;

import org.jspecify.annotations.NullMarked;
