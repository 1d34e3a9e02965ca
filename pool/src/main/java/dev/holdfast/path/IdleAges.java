package dev.holdfast.path;

/**
 * The three clocks of one connection (rule R1), each as time passed since the event.
 *
 * @param sinceAnySegment nanoseconds since any segment was heard from the peer, as measured by the
 *     kernel ({@code tcpi_last_ack_recv}); where nothing measures it, use {@link
 *     ConnectionPlan#zone(long, long)} instead
 * @param sincePayload nanoseconds since the last payload byte was sent or received
 * @param sinceRequest nanoseconds since the last complete request was sent
 */
public record IdleAges(long sinceAnySegment, long sincePayload, long sinceRequest) {

  /**
   * Checks the ages.
   *
   * @param sinceAnySegment nanoseconds since any segment was heard
   * @param sincePayload nanoseconds since the last payload byte
   * @param sinceRequest nanoseconds since the last complete request
   * @throws IllegalArgumentException if an age is negative
   */
  public IdleAges {
    if (sinceAnySegment < 0 || sincePayload < 0 || sinceRequest < 0) {
      throw Checks.refused(
          "idle ages",
          sinceAnySegment + ", " + sincePayload + ", " + sinceRequest + " ns",
          "not negative",
          "System.nanoTime() never runs backwards",
          "subtract the earlier reading from the later one");
    }
  }
}
