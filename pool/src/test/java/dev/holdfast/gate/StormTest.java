package dev.holdfast.gate;

import static dev.holdfast.gate.GateBed.go;
import static dev.holdfast.gate.GateBed.refused;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What callers meet when an endpoint is lost and comes back. */
final class StormTest {

  private final ConnectException refusal = new ConnectException("Connection refused");
  private final IOException silence = new SocketTimeoutException("connect timed out");

  private final GateBed bed = GateBed.withPorts(28_232);

  @Test
  void mustNeverHoldUpConnectsToAnEndpointThatIsWell() {
    for (int i = 0; i < 1_000; i++) {
      bed.connect();
    }
    bed.fail(refusal);
    bed.fail(refusal);
    bed.connect(); // ends the row
    bed.fail(refusal);
    bed.fail(refusal);
    assertThat(bed.storm()).isEqualTo(StormState.CALM);
    bed.connect();
  }

  @Test
  void mustRefuseAtOnceWithTheLastCauseAfterThreeFailuresInARow() {
    bed.fail(new ConnectException("the first"));
    bed.fail(silence);
    bed.fail(silence);
    Admission.Wait next = GateBed.waiting(bed.ask()); // who asks first is the next to try it
    Admission.Refused refused = refused(bed.ask());
    go(bed.await(next));
    assertThat(refused.cause())
        .isInstanceOf(ConnectException.class)
        .hasMessageContaining("192.0.2.1:6379 was not dialled: 3 connects in a row failed")
        .hasCause(silence);
    assertThat(refused.retryNanos()).isPositive();
    assertThat(bed.storm()).isEqualTo(StormState.PROBING);
    assertThat(bed.meters.get("holdfast.endpoints").tag("state", "probing").gauge().value())
        .isEqualTo(1);
  }

  /** The host is there, its process is not: it is being restarted, as a rule. */
  @Test
  void mustLetThoseWhoHaveTheTimeWaitForAServerThatMayBeRestarting() {
    for (int i = 0; i < 3; i++) {
      bed.fail(refusal);
    }
    List<Admission> callers = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      callers.add(bed.ask());
    }
    for (long passed = 0; passed < 700; passed += 5) {
      bed.clock.pass(Duration.ofMillis(5));
      for (int i = 0; i < callers.size(); i++) {
        Admission answer = callers.get(i);
        if (answer instanceof Admission.Wait wait) {
          answer = wait.turn().again();
        }
        if (answer instanceof Admission.Go go && passed >= 400) {
          go.permit().connected();
        } else if (answer instanceof Admission.Go go) {
          go.permit().failed(refusal);
        }
        callers.set(i, answer);
      }
    }
    assertThat(callers).noneMatch(Admission.Refused.class::isInstance);
    assertThat(callers).allMatch(Admission.Go.class::isInstance);
  }

  @Test
  void mustRefuseAtOnceWhatHasBeenRefusingForLonger() {
    bed.fail(refusal);
    bed.clock.pass(Duration.ofSeconds(2));
    bed.fail(refusal);
    bed.fail(refusal);
    GateBed.waiting(bed.ask()); // the next to try it
    refused(bed.ask());
    refused(bed.ask());
  }

  /** A quarter of the time it has been away for is what its return may be found late. */
  @Test
  void mustTryAServerThatRefusesSoonAgainAndEverMoreRarely() {
    for (int i = 0; i < 3; i++) {
      bed.fail(refusal);
    }
    long waited = 0;
    int probes = 0;
    while (waited < Duration.ofSeconds(4).toNanos()) {
      long pause = 0;
      Admission answer = bed.ask();
      while (!(answer instanceof Admission.Go)) {
        bed.clock.pass(Duration.ofMillis(1));
        pause += Duration.ofMillis(1).toNanos();
        answer = bed.ask();
      }
      go(answer).failed(refusal);
      long least = Duration.ofMillis(50).toNanos();
      assertThat(pause).isLessThanOrEqualTo(Math.max(least, waited / 4) * 3 / 2 + 1_000_000);
      waited += pause;
      probes++;
    }
    assertThat(probes).isBetween(8, 30);
  }

  /** What its caller hangs onto his exception is no other caller's business. */
  @Test
  void mustNotHandOneCallersExceptionToTheOthers() {
    goDown();
    bed.clock.pass(Duration.ofSeconds(1));
    bed.fail(refusal);
    bed.ask(); // who asks first is the next to try it
    Throwable cause = refused(bed.ask()).cause().getCause();
    assertThat(cause).isNotSameAs(refusal).hasMessage(refusal.getMessage());
    refusal.addSuppressed(new IllegalStateException("his call"));
    assertThat(cause).hasNoSuppressedExceptions();
  }

  @Test
  void mustTakeDialsThatFailTogetherForOneFailure() {
    List<Permit> together = List.of(bed.dial(), bed.dial(), bed.dial(), bed.dial());
    bed.clock.pass(Duration.ofMillis(10));
    together.forEach(dial -> dial.failed(refusal));
    assertThat(bed.storm()).isEqualTo(StormState.CALM);
    bed.fail(refusal);
    assertThat(bed.storm()).isEqualTo(StormState.CALM);
    bed.fail(refusal);
    assertThat(bed.storm()).isEqualTo(StormState.PROBING);
  }

  @Test
  void mustLetOneProberThroughAtATimeWithGrowingPauses() {
    goDown();
    long before = 0;
    for (int probe = 0; probe < 8; probe++) {
      long pause = 0;
      while (bed.ask() instanceof Admission.Refused) {
        bed.clock.pass(Duration.ofMillis(10));
        pause += 10;
        assertThat(pause).as("the longest wait").isLessThan(20_000);
      }
      // That ask was let through and is never told of again: the prober below waits for its time.
      assertThat(bed.ask()).isInstanceOf(Admission.Refused.class);
      bed.clock.pass(Duration.ofSeconds(3));
      Permit prober = bed.dial();
      assertThat(bed.ask()).isInstanceOf(Admission.Refused.class);
      prober.failed(silence);
      assertThat(pause).isGreaterThanOrEqualTo(Math.min(before, 9_000));
      before = pause;
    }
    assertThat(before).isGreaterThanOrEqualTo(9_000);
  }

  private void endOfNoUse(Permit connection) {
    connection.closed(Closer.REMOTE);
    connection.ofNoUse();
  }

  private Duration pauseBefore(Admission connect) {
    long began = bed.clock.getAsLong();
    Permit permit = go(bed.await(connect));
    Duration pause = Duration.ofNanos(bed.clock.getAsLong() - began);
    permit.connected();
    bed.clock.pass(Duration.ofMillis(1));
    endOfNoUse(permit);
    return pause;
  }

  @Test
  void mustPaceConnectsToAServerThatEndsEachBeforeItHasAnsweredAnything() {
    assertThat(pauseBefore(bed.ask())).isZero();
    assertThat(pauseBefore(bed.ask())).as("once is no row").isZero();
    List<Duration> pauses = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      pauses.add(pauseBefore(bed.ask()));
    }
    assertThat(pauses).isSorted();
    assertThat(pauses.get(0)).isGreaterThanOrEqualTo(Duration.ofMillis(50));
    assertThat(pauses.get(7))
        .isBetween(Duration.ofMillis(900), Duration.ofMillis(1_100)); // it may be well by then
    assertThat(refused(bed.ask(Duration.ofMillis(100))).cause())
        .hasMessageContaining("10 connections in a row before it had answered anything");
  }

  @Test
  void mustNotPaceAServerThatAnswers() {
    for (int i = 0; i < 20; i++) {
      Permit permit = bed.connect();
      permit.ofUse();
      bed.clock.pass(Duration.ofMillis(1));
      permit.closed(Closer.REMOTE);
      endOfNoUse(bed.connect());
      bed.clock.pass(Duration.ofMillis(1));
    }
    assertThat(bed.storm()).isEqualTo(StormState.CALM);
  }

  @Test
  void mustTakeConnectionsThatEndTogetherForOne() {
    List<Permit> together = List.of(bed.connect(), bed.connect(), bed.connect());
    bed.clock.pass(Duration.ofMillis(10));
    together.forEach(this::endOfNoUse);
    assertThat(bed.storm()).isEqualTo(StormState.CALM);
  }

  @Test
  void mustNotHangOnAProberThatNeverReports() {
    goDown();
    bed.clock.pass(Duration.ofSeconds(1));
    bed.dial();
    assertThat(bed.ask()).isInstanceOf(Admission.Refused.class);
    bed.clock.pass(Duration.ofSeconds(3));
    bed.dial();
  }

  @Test
  void mustGiveTheProbeToTheNextWhenItsCallerGivesUp() {
    goDown();
    bed.clock.pass(Duration.ofSeconds(1));
    bed.dial().closed(Closer.LOCAL);
    bed.dial();
  }

  @Test
  void mustFillTheEndpointAtARisingRateAfterTheFirstSuccess() {
    goDown();
    bed.clock.pass(Duration.ofSeconds(1));
    bed.connect();
    assertThat(bed.storm()).isEqualTo(StormState.REFILLING);
    List<Turn> line = line(200);
    List<Integer> perRound = new ArrayList<>();
    while (!line.isEmpty()) {
      assertThat(perRound).as("round trips").hasSizeLessThan(20);
      List<Permit> dials = letThrough(line);
      perRound.add(dials.size());
      bed.clock.pass(Duration.ofMillis(20));
      dials.forEach(Permit::connected);
    }
    assertThat(perRound.subList(0, 6)).containsExactly(2, 3, 6, 12, 24, 48);
  }

  /** A guard of one connection dials no second one: its gauge and its alert would stay for ever. */
  @Test
  void mustBeCalmAgainThoughNobodyElseDials() {
    goDown();
    bed.clock.pass(Duration.ofSeconds(1));
    bed.connect();
    assertThat(bed.storm()).isEqualTo(StormState.REFILLING);
    bed.clock.pass(Duration.ofSeconds(3));
    assertThat(bed.storm()).isEqualTo(StormState.CALM);
  }

  @Test
  void mustFillByTheClockOnceASynWasLost() {
    goDown();
    bed.clock.pass(Duration.ofSeconds(1));
    bed.connect();
    List<Turn> line = line(200);
    List<Permit> first = letThrough(line);
    for (int silence = 0; silence < 2; silence++) {
      bed.clock.pass(Duration.ofMillis(100));
      first.forEach(Permit::silent);
    }
    bed.clock.pass(Duration.ofMillis(100));
    first.forEach(Permit::connected);
    List<Integer> perSecond = new ArrayList<>();
    for (int second = 0; second < 5; second++) {
      int through = 0;
      for (int tick = 0; tick < 100; tick++) {
        bed.clock.pass(Duration.ofMillis(10));
        List<Permit> dials = letThrough(line);
        dials.forEach(Permit::connected);
        through += dials.size();
      }
      perSecond.add(through);
    }
    assertThat(perSecond.get(0)).isBetween(0, 3);
    assertThat(perSecond.get(4)).isBetween(5, 12); // past the threshold, 2/s more every second
  }

  /** One SYN lost by chance, or an answer that a busy host has not looked at yet. */
  @Test
  void mustGoOnFillingWhenTheDialAfterASilentOneIsAnswered() {
    List<Permit> open = connections(50);
    open.forEach(permit -> permit.closed(Closer.RESET));
    bed.connect();
    List<Turn> line = line(49);
    Permit silent = letThrough(line).get(0);
    bed.clock.pass(Duration.ofMillis(100));
    silent.silent();
    bed.clock.pass(Duration.ofMillis(20));
    assertThat(letThrough(line)).as("others while its fate is open").isEmpty();
    silent.connected();
    int rounds = 0;
    while (!line.isEmpty()) {
      assertThat(++rounds).as("round trips").isLessThan(20);
      List<Permit> dials = letThrough(line);
      bed.clock.pass(Duration.ofMillis(20));
      dials.forEach(Permit::connected);
    }
  }

  private List<Turn> line(int callers) {
    List<Turn> line = new ArrayList<>();
    for (int i = 0; i < callers; i++) {
      line.add(asTurn(bed.ask(Duration.ofMinutes(1))));
    }
    return line;
  }

  /** Who may dial at once is not told to wait: its turn is the answer it has. */
  private static Turn asTurn(Admission answer) {
    if (answer instanceof Admission.Wait wait) {
      return wait.turn();
    }
    return new Turn() {
      @Override
      public Admission again() {
        return answer;
      }

      @Override
      public void leave() {}
    };
  }

  /** Those in front whose turn it is, dialling. */
  private static List<Permit> letThrough(List<Turn> line) {
    List<Permit> dials = new ArrayList<>();
    while (!line.isEmpty() && line.get(0).again() instanceof Admission.Go go) {
      dials.add(go.permit());
      line.remove(0);
    }
    return dials;
  }

  @Test
  void mustHoldBackWhileADialOfTheRefillIsUnanswered() {
    goDown();
    bed.clock.pass(Duration.ofSeconds(1));
    bed.connect();
    Permit slow = go(bed.await(bed.ask()));
    bed.clock.pass(Duration.ofMillis(100));
    slow.silent();
    bed.clock.pass(Duration.ofMillis(700));
    assertThat(bed.ask()).isInstanceOf(Admission.Wait.class);
    bed.clock.pass(Duration.ofMillis(800));
    assertThat(bed.ask()).isInstanceOf(Admission.Wait.class);
    slow.connected();
    go(bed.await(bed.ask()));
  }

  /** A host short of CPU hears of an answer late. */
  @Test
  void mustNotTakeALateAnswerForALostSyn() {
    goDown();
    bed.clock.pass(Duration.ofSeconds(1));
    Permit late = go(bed.await(bed.ask()));
    bed.clock.pass(Duration.ofMillis(10));
    late.connected();
    for (int i = 0; i < 20; i++) {
      Permit dial = go(bed.ask());
      bed.clock.pass(Duration.ofMillis(500));
      dial.connected();
    }
  }

  @Test
  void mustCalmDownWhenNobodyWantsMore() {
    goDown();
    bed.clock.pass(Duration.ofSeconds(1));
    bed.connect();
    bed.clock.pass(Duration.ofSeconds(5));
    for (int i = 0; i < 100; i++) {
      bed.connect();
    }
    assertThat(bed.storm()).isEqualTo(StormState.CALM);
  }

  @Test
  void mustStillFindTheRefillWhenComingBackAsTold() {
    for (int i = 0; i < 12; i++) {
      goDownOrFailProbe();
    }
    long told = refused(bed.ask()).retryNanos();
    assertThat(told).isGreaterThan(Duration.ofSeconds(12).toNanos());
    bed.clock.pass(Duration.ofSeconds(10)); // the next probe's time, and another caller's
    bed.connect();
    bed.clock.passNanos(told - Duration.ofSeconds(10).toNanos());
    bed.connect();
    assertThat(bed.storm()).isEqualTo(StormState.REFILLING);
  }

  @Test
  void mustTakeResetsTogetherForALostEndpoint() {
    List<Permit> open = connections(50);
    for (int i = 0; i < 3; i++) {
      open.get(i).closed(Closer.RESET);
    }
    Permit prober = bed.dial();
    Admission.Wait second = GateBed.waiting(bed.ask());
    assertThat(bed.storm()).isEqualTo(StormState.PROBING);
    prober.connected();
    assertThat(bed.storm()).isEqualTo(StormState.REFILLING);
    go(bed.await(second.turn().again()));
  }

  @Test
  void mustNotTakeIdleConnectionsEndedByTheServerForAStorm() {
    for (Permit permit : connections(50)) {
      permit.closed(Closer.REMOTE);
    }
    connections(50);
    assertThat(bed.storm()).isEqualTo(StormState.CALM);
  }

  @Test
  void mustNotTakeResetsFarApartForAStorm() {
    for (Permit permit : connections(20)) {
      permit.closed(Closer.RESET);
      bed.clock.pass(Duration.ofSeconds(2));
    }
    assertThat(bed.storm()).isEqualTo(StormState.CALM);
  }

  @Test
  void mustRefuseWhoHasNoTimeLeftAndServeWhoSetsNoLimit() {
    refused(bed.gates.admit(GateBed.SERVER, 0));
    go(bed.gates.admit(GateBed.SERVER, Long.MAX_VALUE));
  }

  @Test
  void mustJudgeEveryEndpointByItself() {
    goDown();
    assertThat(bed.gates.admit(new InetSocketAddress("192.0.2.2", 6379), 1_000_000_000L))
        .isInstanceOf(Admission.Go.class);
  }

  @Test
  void mustForgetEndpointsOfWhichNothingIsOpen() {
    bed.connect();
    for (int port = 1; port <= 3_000; port++) {
      go(bed.gates.admit(new InetSocketAddress("192.0.2.3", port), 1_000_000_000L))
          .closed(Closer.LOCAL);
    }
    assertThat(bed.gates.states()).hasSizeLessThanOrEqualTo(1_024).containsKey(GateBed.SERVER);
  }

  private List<Permit> connections(int count) {
    List<Permit> open = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      open.add(bed.connect());
    }
    return open;
  }

  private void goDown() {
    for (int i = 0; i < 3; i++) {
      bed.fail(silence);
    }
  }

  private void goDownOrFailProbe() {
    Admission answer = bed.ask();
    if (answer instanceof Admission.Refused refused) {
      bed.clock.passNanos(refused.retryNanos());
      answer = bed.ask();
    }
    go(bed.await(answer)).failed(silence);
  }
}
