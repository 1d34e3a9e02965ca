package dev.holdfast.benchmarks.storm;

/** Takes connections at a fixed rate through a backlog; drops the SYN that finds it full. */
final class Balancer {
  private final Storm storm;
  private double queued;
  private long asOf;

  Balancer(Storm storm) {
    this.storm = storm;
    this.asOf = storm.outageMicros();
  }

  boolean answers(long now) {
    if (now < storm.outageMicros()) {
      return false;
    }
    queued = Math.max(0, queued - (now - asOf) * 1e-6 * storm.acceptPerSecond());
    asOf = now;
    if (queued + 1 > storm.backlog()) {
      return false;
    }
    queued++;
    return true;
  }
}
