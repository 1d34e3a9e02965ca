/**
 * Who may dial: whether a connection may be opened now, the source ports it costs, and how an
 * endpoint that was lost is filled again. Pure: it dials nothing.
 */
@NullMarked
package dev.holdfast.gate;

import org.jspecify.annotations.NullMarked;
