package dev.holdfast.http.okhttp;

/** The tag of requests that may run twice, whatever their method. */
enum SafeToRepeat {
  MARK
}
