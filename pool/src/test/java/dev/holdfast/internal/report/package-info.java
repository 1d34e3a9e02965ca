@NullMarked
package dev.holdfast.internal.report;

import org.jspecify.annotations.NullMarked;
