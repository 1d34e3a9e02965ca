/**
 * New connections: whether one may be dialled now, the source ports it costs, how an endpoint that
 * was lost is filled again, and dialling again early when a dial is lost, refused or misrouted.
 */
@NullMarked
package dev.holdfast.connect;

import org.jspecify.annotations.NullMarked;
