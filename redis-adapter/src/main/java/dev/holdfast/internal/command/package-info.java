/** What the commands of Redis mean, whichever client sends them. */
@NullMarked
package dev.holdfast.internal.command;

import org.jspecify.annotations.NullMarked;
