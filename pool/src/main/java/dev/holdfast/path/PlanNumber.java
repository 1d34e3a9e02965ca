package dev.holdfast.path;

/** The numbers of a plan that have an {@link Origin}. */
public enum PlanNumber {
  /** {@link ConnectionPlan#maxIdleAge()}. */
  MAX_IDLE_AGE("max idle age"),
  /** {@link ConnectionPlan#warnAge()}. */
  WARN_AGE("warn age"),
  /** {@link ConnectionPlan#keepAlive()}. */
  KEEPALIVE("TCP keepalive"),
  /** {@link ConnectionPlan#pingPeriod()}. */
  PING_PERIOD("ping period"),
  /** {@link ConnectionPlan#pingTimeout()}. */
  PING_TIMEOUT("ping timeout"),
  /** {@link ConnectionPlan#userTimeout()}. */
  USER_TIMEOUT("user timeout"),
  /** {@link ConnectionPlan#maxLifetime()}. */
  MAX_LIFETIME("max lifetime"),
  /** {@link ConnectionPlan#requests(double)}. */
  MAX_REQUESTS("max requests"),
  /** {@link ConnectionPlan#portBudget()}. */
  PORT_BUDGET("port budget");

  private final String text;

  PlanNumber(String text) {
    this.text = text;
  }

  /**
   * The name for people.
   *
   * @return lower case words
   */
  public String text() {
    return text;
  }
}
