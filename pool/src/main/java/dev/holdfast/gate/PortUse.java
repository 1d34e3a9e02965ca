package dev.holdfast.gate;

/**
 * The source ports towards one destination, as booked.
 *
 * @param open ports of dials under way and of open connections
 * @param timeWait ports held by connections that this side closed first
 * @param elsewhere ports that others hold, as far as an {@code EADDRNOTAVAIL} has told
 * @param range all ports there are, over all source addresses; 0 if not known
 */
public record PortUse(int open, int timeWait, int elsewhere, int range) {

  /**
   * What is taken of the range.
   *
   * @return from 0; 0 if the range is not known
   */
  public double share() {
    return range == 0 ? 0 : (double) (open + timeWait + elsewhere) / range;
  }
}
