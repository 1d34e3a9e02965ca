/**
 * A pool of connections of any kind. A borrow reads one state word that the connection's event loop
 * also writes, so it learns of a dead connection without a question; connecting, proving, retiring
 * and closing happen off the callers' threads.
 */
@NullMarked
package dev.holdfast.pool;

import org.jspecify.annotations.NullMarked;
