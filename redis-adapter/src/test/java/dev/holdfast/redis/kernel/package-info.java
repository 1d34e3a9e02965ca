/**
 * The guard on a real kernel: each test shows what the bare client meets, then that the guarded one
 * survives it, on the same network in the same run.
 */
@NullMarked
package dev.holdfast.redis.kernel;

import org.jspecify.annotations.NullMarked;
