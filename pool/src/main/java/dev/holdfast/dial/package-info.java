/**
 * How connections are dialled: through the gate, and again, early and from another source port,
 * when a dial is lost, refused or misrouted.
 */
@NullMarked
package dev.holdfast.dial;

import org.jspecify.annotations.NullMarked;
