package dev.holdfast.examples;

import java.util.Locale;

/**
 * Something that happened in an incident.
 *
 * @param atNanos when, since the incident's start
 * @param mode whose connection it was about; empty for both
 * @param lane on which side it was seen
 * @param tone how it looks
 * @param text one line for people
 */
record Moment(long atNanos, String mode, Lane lane, Tone tone, String text) {

  enum Lane {
    /** What the client's code saw or was told. */
    BELIEVED,
    /** What the kernels and the router between them did. */
    CARRIED;

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  enum Tone {
    PLAIN,
    GOOD,
    BAD
  }
}
