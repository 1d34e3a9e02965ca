package dev.holdfast.benchmarks.transparency;

/** The codecs that programs use. */
enum CodecKind {
  STRING,
  BYTES,
  /** {@code encodeValue} returns the caller's own buffer. */
  OWN_BUFFER,
  /** Throws for some values. */
  REFUSING
}
