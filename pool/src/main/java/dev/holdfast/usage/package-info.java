/**
 * Long-lived and short-lived use of one endpoint are kept apart, and a pool that is used as if its
 * connections were short-lived is found out.
 *
 * <p>A caller who closes a leased long-lived connection gives it back: {@code close()} is how every
 * client library is taught to end a use, and an exception from it would break code that is right. A
 * connection that is broken is ended by saying so (evict, invalidate). Each such close is counted
 * with its age and, sampled, its call site, so that {@link
 * dev.holdfast.internal.usage.ChurnDetector} names callers who treat the pool as a factory.
 */
@NullMarked
package dev.holdfast.usage;

import org.jspecify.annotations.NullMarked;
