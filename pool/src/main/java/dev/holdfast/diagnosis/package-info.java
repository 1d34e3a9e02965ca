/**
 * Names for what happens to a connection, shared by log lines, meters, events and exceptions, and
 * what explains it. Pure.
 */
@NullMarked
package dev.holdfast.diagnosis;

import org.jspecify.annotations.NullMarked;
