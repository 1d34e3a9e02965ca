package dev.holdfast.gate;

import static dev.holdfast.gate.GateBed.go;
import static dev.holdfast.gate.GateBed.refused;
import static dev.holdfast.gate.GateBed.waiting;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.net.BindException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The book of source ports as callers meet it. */
final class PortAdmissionTest {

  private static final Duration LONG = Duration.ofMinutes(10);

  private final GateBed bed = GateBed.withPorts(10);

  @Test
  void mustGiveAPortBackAtOnceUnlessThisSideClosedFirst() {
    bed.connect().closed(Closer.REMOTE);
    bed.connect().closed(Closer.RESET);
    bed.dial().closed(Closer.LOCAL); // given up before it was connected
    bed.fail(new BindException("test"));
    assertThat(bed.ports()).isEqualTo(new PortUse(0, 0, 0, 10));
    bed.connectAndCloseHere();
    assertThat(bed.ports()).isEqualTo(new PortUse(0, 1, 0, 10));
    bed.clock.pass(Duration.ofSeconds(59));
    assertThat(bed.ports().timeWait()).isEqualTo(1);
    bed.clock.pass(Duration.ofSeconds(1));
    assertThat(bed.ports().timeWait()).isZero();
  }

  @Test
  void mustBookAPermitOnceHoweverOftenItsEndIsTold() {
    Permit permit = bed.connect();
    permit.closed(Closer.LOCAL);
    permit.closed(Closer.LOCAL);
    permit.failed(new BindException("late"));
    permit.connected();
    assertThat(bed.ports()).isEqualTo(new PortUse(0, 1, 0, 10));
  }

  @Test
  void mustPutThroughOpenConnectionsUpToTheWholeRangeWithoutAPace() {
    for (int i = 0; i < 10; i++) {
      bed.connect();
    }
    assertThat(bed.ports().open()).isEqualTo(10);
  }

  @Test
  void mustRefuseAtOnceWhenNoPortComesBackInTime() {
    for (int i = 0; i < 10; i++) {
      bed.connect();
    }
    Admission.Refused refused = refused(bed.ask());
    assertThat(refused.cause())
        .isInstanceOf(BindException.class)
        .hasMessageContaining("no source port to 192.0.2.1:6379 will be free within the 3.000 s")
        .hasMessageContaining(
            "10 ports from 1 source address(es), 10 open, 0 in TIME_WAIT for 60.0")
        .hasMessageContaining("the budget is 0.2 connects/s")
        .hasMessageContaining("reuse connections")
        .hasMessageContaining("tcp_tw_reuse=1");
    assertThat(((PortsExhaustedException) refused.cause()).evidence().orElseThrow().use())
        .isEqualTo(new PortUse(10, 0, 0, 10));
    assertThat(count("ports")).isEqualTo(1);
  }

  @Test
  void mustLoseAQuarterOfTheCallersTimeToThePaceAtMost() {
    for (int i = 0; i < 9; i++) {
      Permit permit = go(bed.await(bed.ask()));
      permit.connected();
      permit.closed(Closer.LOCAL);
    }
    long before = bed.clock.getAsLong();
    go(bed.await(bed.ask()));
    assertThat(bed.clock.getAsLong() - before).isEqualTo(750_000_000L);
  }

  @Test
  void mustSpreadWhatIsLeftOverTheHoldOnceHalfIsGone() {
    for (int i = 0; i < 6; i++) {
      bed.connectAndCloseHere();
    }
    long before = bed.clock.getAsLong();
    go(bed.await(bed.ask(LONG)));
    // Four ports for the 60 s until the first comes back: five intervals.
    assertThat(bed.clock.getAsLong() - before).isCloseTo(12_000_000_000L, within(10_000_000L));
    assertThat(bed.meters.get("holdfast.ports.wait").timer().count()).isEqualTo(1);
  }

  @Test
  void mustServeThoseWhoWaitInTheOrderOfTheirArrival() {
    List<Permit> open = new ArrayList<>();
    for (int i = 0; i < 9; i++) {
      open.add(bed.connect());
    }
    open.add(bed.connect());
    open.get(0).closed(Closer.LOCAL);
    open.get(1).closed(Closer.LOCAL);
    Admission.Wait first = waiting(bed.ask(LONG));
    Admission.Wait second = waiting(bed.ask(LONG));
    open.get(2).closed(Closer.REMOTE); // one port is free now: the first one's
    assertThat(bed.ask(LONG)).isInstanceOf(Admission.Wait.class);
    assertThat(second.turn().again()).isInstanceOf(Admission.Wait.class);
    assertThat(bed.await(first.turn().again())).isInstanceOf(Admission.Go.class);
  }

  @Test
  void mustGiveThePlaceOfOneWhoLeftOrRanOutOfTimeToTheNext() {
    List<Permit> open = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      open.add(bed.connect());
    }
    open.get(0).closed(Closer.LOCAL);
    open.get(1).closed(Closer.LOCAL);
    Admission.Wait first = waiting(bed.ask(Duration.ofSeconds(90)));
    Admission.Wait second = waiting(bed.ask(LONG));
    open.get(2).closed(Closer.REMOTE);
    first.turn().leave();
    assertThat(bed.await(second.turn().again())).isInstanceOf(Admission.Go.class);
    Admission.Wait third = waiting(bed.ask(Duration.ofSeconds(61)));
    bed.clock.pass(Duration.ofSeconds(62));
    assertThat(third.turn().again()).isInstanceOf(Admission.Refused.class);
  }

  @Test
  void mustKeepTheCallersPlaceWhenTheKernelHadNoPort() {
    Permit permit = go(bed.ask(LONG));
    Admission.Wait first = waiting(permit.exhausted());
    assertThat(bed.ports()).isEqualTo(new PortUse(0, 0, 10, 10));
    Admission.Wait later = waiting(bed.ask(LONG));
    bed.clock.pass(Duration.ofSeconds(7)); // a tenth of the hold: one of ten may have come back
    assertThat(later.turn().again()).isInstanceOf(Admission.Wait.class);
    assertThat(first.turn().again()).isInstanceOf(Admission.Go.class);
  }

  @Test
  void mustPutWhoMetAnEmptyKernelBeforeThoseWhoCameLater() {
    List<Permit> open = new ArrayList<>();
    for (int i = 0; i < 9; i++) {
      open.add(bed.connect());
    }
    Permit dialling = go(bed.ask(LONG));
    open.get(0).closed(Closer.LOCAL);
    Admission.Wait later = waiting(bed.ask(LONG));
    Admission.Wait first = waiting(dialling.exhausted());
    bed.clock.pass(Duration.ofSeconds(40)); // past the pace
    open.get(1).closed(Closer.REMOTE);
    assertThat(later.turn().again()).isInstanceOf(Admission.Wait.class);
    bed.await(first.turn().again());
    assertThat(bed.ports().open()).isEqualTo(8);
  }

  @Test
  void mustRefuseWhenTheKernelHasNoPortAndNoneComesBackInTime() {
    Permit permit = bed.dial();
    assertThat(refused(permit.exhausted()).cause())
        .isInstanceOf(PortsExhaustedException.class)
        .hasMessageContaining("10 taken elsewhere");
    assertThat(permit.exhausted()).isInstanceOf(Admission.Refused.class);
    assertThat(bed.ports().open()).isZero();
  }

  @Test
  void mustMeasureTheBusiestDestination() {
    bed.connect();
    bed.connectAndCloseHere();
    assertThat(gauge("open")).isEqualTo(1);
    assertThat(gauge("time_wait")).isEqualTo(1);
    // capacity is no state of use: a sum over the states must not count it
    assertThat(bed.meters.get("holdfast.ports.range").gauge().value()).isEqualTo(10);
    assertThat(bed.meters.find("holdfast.ports").tag("state", "range").gauge()).isNull();
  }

  @Test
  void mustHaveItsCountersAtZeroBeforeAnythingHappens() {
    assertThat(count("ports")).isZero();
    assertThat(count("down")).isZero();
  }

  @Test
  void mustShareGaugesAmongGatesOfOneName() {
    bed.connect();
    EndpointGates second = EndpointGates.custom().meters(bed.meters, "bed").build();
    go(second.admit(GateBed.SERVER, 1_000_000_000L)).connected();
    assertThat(bed.meters.get("holdfast.endpoints").tag("state", "calm").gauge().value())
        .isEqualTo(2);
  }

  private double gauge(String state) {
    return bed.meters.get("holdfast.ports").tag("state", state).gauge().value();
  }

  private double count(String reason) {
    return bed.meters.get("holdfast.connects.refused").tag("reason", reason).counter().count();
  }
}
