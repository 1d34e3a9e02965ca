package dev.holdfast.redis;

import java.util.Locale;

/** Why a call did not run, the values of the tag {@code reason}. */
enum Refusal {
  HELD_FULL,
  TRANSACTION,
  BLOCKING,
  UNSENDABLE,
  NO_RECONNECT;

  String tag() {
    return name().toLowerCase(Locale.ROOT);
  }
}
