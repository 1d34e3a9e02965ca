@NullMarked
package dev.holdfast.redis.jedis;

import org.jspecify.annotations.NullMarked;
