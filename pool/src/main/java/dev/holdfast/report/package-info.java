/** What a guard tells its listeners: each connection that was lost, each diagnosis. */
@NullMarked
package dev.holdfast.report;

import org.jspecify.annotations.NullMarked;
