/** Long-lived and short-lived use told apart; churn. */
@NullMarked
package dev.holdfast.internal.usage;

import org.jspecify.annotations.NullMarked;
