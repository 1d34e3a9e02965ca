/** Names for what happens to a connection, shared by log lines, meters, events and exceptions. */
@NullMarked
package dev.holdfast.diagnosis;

import org.jspecify.annotations.NullMarked;
