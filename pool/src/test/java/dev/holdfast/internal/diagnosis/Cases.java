package dev.holdfast.internal.diagnosis;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.path.ConnectionPlan;
import dev.holdfast.path.Expiry;
import dev.holdfast.path.Hop;
import dev.holdfast.path.HopPreset;
import dev.holdfast.path.IdleClock;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.ServerLimits;
import java.time.Duration;
import java.util.OptionalLong;

/** Signs as a real kernel gave them, and paths to hold against. */
final class Cases {

  static final Duration RTT = Duration.ofNanos(100_000);

  private Cases() {}

  /** A reading right after everything was acknowledged. */
  static WireSigns acknowledged(int probes, Duration sinceAck) {
    return new WireSigns(0, Answer.UNKNOWN, 0, probes, sinceAck, RTT);
  }

  static WireSigns unacknowledged(int retransmits) {
    return new WireSigns(1, Answer.UNKNOWN, retransmits, 0, Duration.ofSeconds(302), RTT);
  }

  /** The stopped server with a full window; {@code timer=4}, probes count window probes. */
  static WireSigns windowShut(int probes) {
    return new WireSigns(0, Answer.YES, 0, probes, Duration.ofSeconds(4), RTT);
  }

  /** The first write after 300 s of idleness was reset in one round trip. */
  static DeathSigns.Builder resetOnFirstWrite() {
    return DeathSigns.of(Cause.PEER_RESET)
        .inFlight(true)
        .idle(Duration.ofMinutes(5))
        .sinceWrite(RTT)
        .retransmissions(0)
        .wire(acknowledged(0, Duration.ofMinutes(5)));
  }

  /** The first write after 300 s of idleness was swallowed. */
  static DeathSigns.Builder silentOnFirstWrite() {
    return DeathSigns.of(Cause.PATH_SILENT)
        .inFlight(true)
        .idle(Duration.ofMinutes(5))
        .sinceWrite(Duration.ofSeconds(1))
        .wire(unacknowledged(3));
  }

  static DeathSigns.Builder closed(Duration idle) {
    return DeathSigns.of(Cause.PEER_CLOSED).inFlight(false).idle(idle);
  }

  static CounterDelta counters(long outResets, long reversePathFilter, long timeWaitOverflow) {
    return new CounterDelta(
        OptionalLong.of(outResets),
        OptionalLong.of(reversePathFilter),
        OptionalLong.of(timeWaitOverflow),
        OptionalLong.empty());
  }

  static ConnectionPlan direct() {
    return NetworkPath.to(ServerLimits.withIdleTimeout("redis", Duration.ofMinutes(5))).plan();
  }

  /** Incident A: the server's timeout equals the unacknowledged limit of the path. */
  static ConnectionPlan incidentA() {
    return NetworkPath.to(ServerLimits.withIdleTimeout("redis", Duration.ofMinutes(5)))
        .through(HopPreset.LINUX_CONNTRACK.hop())
        .plan();
  }

  static ConnectionPlan throughProxy() {
    return NetworkPath.to(ServerLimits.withoutIdleTimeout("redis"))
        .through(
            Hop.named("proxy")
                .idleLimit(Duration.ofMinutes(5))
                .clock(IdleClock.PAYLOAD)
                .expiry(Expiry.SILENT)
                .terminates(true)
                .build())
        .plan();
  }
}
