@NullMarked
package dev.holdfast.redis.spring;

import org.jspecify.annotations.NullMarked;
