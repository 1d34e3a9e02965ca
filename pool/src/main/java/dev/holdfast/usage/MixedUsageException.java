package dev.holdfast.usage;

/** An endpoint was declared for one use and is now asked for the other. */
public final class MixedUsageException extends IllegalStateException {

  private static final long serialVersionUID = 1L;

  /** Where the first declaration was made. */
  private final String declaredAt;

  /** Where the refused one was made. */
  private final String refusedAt;

  MixedUsageException(String endpoint, Usage declared, String declaredAt, String refusedAt) {
    super(
        endpoint
            + " is declared "
            + declared.text()
            + " at "
            + declaredAt
            + "; "
            + other(declared).text()
            + " use is refused at "
            + refusedAt
            + ". Callers that close connections which others keep fill the TIME_WAIT table. Fix: "
            + "lease from the pool at the second place, or give short-lived callers an endpoint "
            + "(another address or port) of their own.");
    this.declaredAt = declaredAt;
    this.refusedAt = refusedAt;
  }

  private static Usage other(Usage usage) {
    return usage == Usage.LONG_LIVED ? Usage.SHORT_LIVED : Usage.LONG_LIVED;
  }

  /**
   * Where the endpoint was declared first.
   *
   * @return class, method, file and line
   */
  public String declaredAt() {
    return declaredAt;
  }

  /**
   * Where the other use was asked for.
   *
   * @return class, method, file and line
   */
  public String refusedAt() {
    return refusedAt;
  }
}
