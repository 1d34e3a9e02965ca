/**
 * A guard for Jedis: pooled connections that are proved before use, replaced unseen where they
 * died, and whose lost calls are moved, repeated or named by their safety.
 */
@NullMarked
package dev.holdfast.redis.jedis;

import org.jspecify.annotations.NullMarked;
