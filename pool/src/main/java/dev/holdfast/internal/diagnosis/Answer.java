package dev.holdfast.internal.diagnosis;

/** Whether something was seen. What nobody looked at is unknown, and unknown is not no. */
public enum Answer {
  /** It was seen. */
  YES,
  /** It was looked for, and is not so. */
  NO,
  /** Nobody looked, or nothing could be seen. */
  UNKNOWN;

  /**
   * The answer to a question that could be asked.
   *
   * @param seen whether it is so
   * @return yes or no
   */
  public static Answer of(boolean seen) {
    return seen ? YES : NO;
  }

  Answer not() {
    return switch (this) {
      case YES -> NO;
      case NO -> YES;
      case UNKNOWN -> UNKNOWN;
    };
  }

  /** No if either is no; yes if both are. */
  Answer and(Answer other) {
    if (this == NO || other == NO) {
      return NO;
    }
    return this == YES && other == YES ? YES : UNKNOWN;
  }

  /** Yes if either is yes; no if both are. */
  Answer or(Answer other) {
    return not().and(other.not()).not();
  }
}
