/** What a lost call may do next: delivery, replay safety, and back-off, carried by Resilience4j. */
@NullMarked
package dev.holdfast.retry;

import org.jspecify.annotations.NullMarked;
