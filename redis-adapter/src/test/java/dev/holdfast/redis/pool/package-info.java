@NullMarked
package dev.holdfast.redis.pool;

import org.jspecify.annotations.NullMarked;
