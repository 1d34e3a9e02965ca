package dev.holdfast.internal.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.internal.wire.WireHistory;
import dev.holdfast.metrics.HoldfastMeter;
import dev.holdfast.wire.WireSnapshot;
import dev.holdfast.wire.WireSource;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What an operator asks of a guard's meters. */
final class OperatorsMetersTest {

  /** Their tags are no closed set, or they exist only where they are asked for. */
  private static final Set<HoldfastMeter> BORN_LATER =
      EnumSet.of(HoldfastMeter.AMBIGUOUS, HoldfastMeter.ENDPOINT_EVENTS);

  /** Of the connect gate, of what is learned of idle limits, and of Redis alone. */
  private static final Set<HoldfastMeter> OF_OTHERS =
      EnumSet.of(
          HoldfastMeter.PORT_WAIT,
          HoldfastMeter.PORTS,
          HoldfastMeter.PORTS_RANGE,
          HoldfastMeter.CONNECTS_REFUSED,
          HoldfastMeter.ENDPOINTS,
          HoldfastMeter.IDLE_LIMIT,
          HoldfastMeter.DECLINED);

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final GuardMeters meters = new GuardMeters(registry, "orders");

  private double calls() {
    return registry.get(HoldfastMeter.CALLS.meterName()).functionCounter().count();
  }

  private Timer age(Cause cause, String closer) {
    return registry
        .get(HoldfastMeter.AGE.meterName())
        .tags("cause", cause.tag(), "closer", closer)
        .timer();
  }

  private static WireSnapshot reading(long atNanos, long rttMicros, long totalRetrans) {
    return new WireSnapshot(
        WireSource.EPOLL, atNanos, 1, 0, 0, 0, 0, 200_000, rttMicros, 0, 0, 0, totalRetrans);
  }

  @Test
  void mustAllBeThereAtZeroFromTheStart() {
    for (HoldfastMeter meter : HoldfastMeter.values()) {
      boolean guards = meter.tags().contains("guard") && !OF_OTHERS.contains(meter);
      if (guards && !BORN_LATER.contains(meter)) {
        assertThat(registry.find(meter.meterName()).meters()).as(meter.meterName()).isNotEmpty();
      }
    }
    assertThat(registry.get(HoldfastMeter.AGE.meterName()).timers())
        .hasSize(Cause.values().length)
        .allMatch(timer -> timer.count() == 0);
  }

  @Test
  void mustCountTheCallsOfAllGuardsOfOneNameUntilTheLastIsClosed() {
    GuardMeters same = new GuardMeters(registry, "orders");
    meters.called(3);
    same.called(4);
    assertThat(calls()).isEqualTo(7);
    meters.close();
    same.called(1);
    assertThat(calls()).isEqualTo(8);
    same.close();
    same.close();
    assertThat(registry.find(HoldfastMeter.CALLS.meterName()).meters()).isEmpty();
    assertThat(registry.find(HoldfastMeter.CONNECTIONS.meterName()).meters()).isEmpty();
  }

  @Test
  void mustTellTheAgeAtTheEndByCauseAndCloser() {
    meters.ended(Cause.PEER_RESET, Duration.ofSeconds(40).toNanos());
    meters.ended(Cause.LOCAL_CLOSE, Duration.ofMillis(2).toNanos());
    meters.ended(Cause.IDLE_LIMIT, Duration.ofMinutes(5).toNanos());
    meters.ended(Cause.KERNEL_TIMEOUT, 1);
    assertThat(age(Cause.PEER_RESET, "peer").max(TimeUnit.SECONDS)).isEqualTo(40);
    assertThat(age(Cause.LOCAL_CLOSE, "client").max(TimeUnit.MILLISECONDS)).isEqualTo(2);
    assertThat(age(Cause.IDLE_LIMIT, "guard").max(TimeUnit.MINUTES)).isEqualTo(5);
    assertThat(age(Cause.KERNEL_TIMEOUT, "kernel").count()).isEqualTo(1);
  }

  @Test
  void mustTakeTenRoundTripsASecondAtMost() {
    long now = System.nanoTime();
    for (int millis = 0; millis < 1_000; millis++) {
      meters.read(reading(now + millis * 1_000_000L, 250, 0), 0);
    }
    meters.read(WireSnapshot.none(now + 2_000_000_000L), 0); // nobody can be asked
    Timer rtt = registry.get(HoldfastMeter.RTT.meterName()).timer();
    assertThat(rtt.count()).isEqualTo(10);
    assertThat(rtt.max(TimeUnit.MICROSECONDS)).isEqualTo(250);
  }

  @Test
  void mustSumUpWhatWasSentAgain() {
    WireHistory history = new WireHistory();
    long[] totals = {0, 2, 2, 5};
    for (int i = 0; i < totals.length; i++) {
      WireSnapshot reading = reading(i, 250, totals[i]);
      meters.read(reading, history.took(reading, false));
    }
    WireSnapshot blind = WireSnapshot.none(9);
    meters.read(blind, history.took(blind, false));
    var sentAgain = registry.get(HoldfastMeter.RETRANSMISSIONS.meterName()).summary();
    assertThat(sentAgain.totalAmount()).isEqualTo(5);
    assertThat(sentAgain.count()).isEqualTo(2);
    assertThat(sentAgain.max()).isEqualTo(3);
  }
}
