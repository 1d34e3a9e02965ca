/**
 * New connections: whether one may be dialled now, the source ports it costs, and how an endpoint
 * that was lost is filled again.
 */
@NullMarked
package dev.holdfast.connect;

import org.jspecify.annotations.NullMarked;
