/** The guard for Jedis over real kernels; see {@code dev.holdfast.lab.kernel}. */
@NullMarked
package dev.holdfast.redis.jedis.kernel;

import org.jspecify.annotations.NullMarked;
