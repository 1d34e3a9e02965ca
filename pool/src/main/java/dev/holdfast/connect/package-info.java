/** The gate for new connections: dial again early when a dial is lost, refused or misrouted. */
@NullMarked
package dev.holdfast.connect;

import org.jspecify.annotations.NullMarked;
