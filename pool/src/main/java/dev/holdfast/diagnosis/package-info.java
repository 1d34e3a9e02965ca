/**
 * Names for what happens to a connection, shared by log lines, meters, events and exceptions, and
 * the rules that explain it: {@link dev.holdfast.internal.diagnosis.Signs} to {@link
 * dev.holdfast.diagnosis.Diagnosis}. Pure.
 */
@NullMarked
package dev.holdfast.diagnosis;

import org.jspecify.annotations.NullMarked;
