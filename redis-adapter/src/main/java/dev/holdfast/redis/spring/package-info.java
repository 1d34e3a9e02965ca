/**
 * The pool for Spring Data Redis, which is an optional dependency: only who uses this package needs
 * it.
 */
@NullMarked
package dev.holdfast.redis.spring;

import org.jspecify.annotations.NullMarked;
