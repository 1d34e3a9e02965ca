package dev.holdfast.pool;

import dev.holdfast.diagnosis.Cause;
import org.jspecify.annotations.Nullable;

/** Why a connection ends. */
record Ending(CloseReason reason, @Nullable Cause cause) {

  String text() {
    return cause == null ? reason.text() : reason.text() + ": " + cause.text();
  }
}
