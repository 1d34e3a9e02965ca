package dev.holdfast.http.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.diagnosis.Explanation;
import dev.holdfast.lab.Await;
import dev.holdfast.lab.NginxServer;
import dev.holdfast.lab.kernel.Dial;
import dev.holdfast.lab.kernel.GuardSwitch;
import dev.holdfast.lab.kernel.KernelLab;
import dev.holdfast.lab.kernel.Network;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Nothing passes in one direction for a while, with sixteen calls in flight, and TCP mends it
 * within the callers' timeouts.
 */
@KernelLab
final class DarkPathTest {

  private static final int CALLERS = 16;
  private static final Duration BUSY = Duration.ofMillis(700);
  private static final Duration AFTER = Duration.ofSeconds(2);

  /** Darkness is told from loss after 0.9 s; a late machine may sleep through a shorter one. */
  private static final Duration NOTICED = Duration.ofSeconds(2);

  /** Long enough for a proof to be wanted. */
  private static final Duration IDLE = Duration.ofMillis(1_500);

  /** Longer than a proof takes where the path is well. */
  private static final Duration RESPONSE = Duration.ofSeconds(3);

  /** A dial is given two seconds. */
  private static final Duration LONGER_THAN_A_DIAL = Duration.ofSeconds(4);

  @ParameterizedTest
  @CsvSource({"HC5,true,1", "HC5,false,2", "HC5_ASYNC,true,2", "REACTOR,true,2", "REACTOR,false,1"})
  void mustLoseNoCall(Client client, boolean clientMuted, int seconds, Network network)
      throws Exception {
    Duration outage = Duration.ofSeconds(seconds);
    boolean noticed = outage.compareTo(NOTICED) >= 0;
    assumeTrue(noticed || !GuardSwitch.isOff(), "what need not be noticed is survived bare too");
    NginxServer nginx = network.nginx(0, builder -> builder.directives(Trial.NAMED));
    String scenario = "%s not heard for %d s".formatted(clientMuted ? "client" : "server", seconds);
    try (Trial trial =
        new Trial(scenario, client, nginx, Trial.target(Dial.ROUTED, nginx, CALLERS))) {
      trial.settleBareMixed(darken(trial.bare(Verb.POST), network, clientMuted, outage));
      network.heal();
      trial.settleGuardedMixed(darken(trial.guarded(Verb.POST), network, clientMuted, outage));
      trial.assertNoneLost();
      trial.assertNoneUnclear();
      if (noticed) { // told on the thread that watches, which the last answer does not wait for
        Crew posts = trial.guarded(Verb.POST);
        Await.until("dark", Trial.SOON, () -> posts.diagnosed(Explanation.PATH_DARK) > 0);
      }
    }
  }

  /**
   * A connection that was idle is proved before a POST goes over it. While the path is dark there
   * is no proof, and no new connection to be had either: a dial would only meet its own timeout.
   */
  @ParameterizedTest
  @CsvSource({
    "HC5,true",
    "HC5,false",
    "HC5_ASYNC,true",
    "HC5_ASYNC,false",
    "REACTOR,true",
    "REACTOR,false"
  })
  void mustLoseNoCallOverIdleConnections(Client client, boolean clientMuted, Network network)
      throws Exception {
    NginxServer nginx = network.nginx(0, builder -> builder.directives(Trial.NAMED));
    String scenario = "%s not heard, all idle".formatted(clientMuted ? "client" : "server");
    try (Trial trial =
        new Trial(scenario, client, nginx, Trial.target(Dial.ROUTED, nginx, CALLERS))) {
      trial.warm();
      Await.idle(IDLE);
      mute(network, clientMuted, LONGER_THAN_A_DIAL);
      List<Settled> calls =
          trial.guarded(Verb.POST).burst("dark", Verb.POST, LONGER_THAN_A_DIAL.plus(Trial.SOON));
      network.heal();
      trial.settleGuarded(Verb.POST, calls);
      trial.settleGuarded(Verb.GET, List.of());
      trial.assertNoneLost();
      trial.assertNoneUnclear();
      Crew posts = trial.guarded(Verb.POST);
      Await.until("dark", Trial.SOON, () -> posts.diagnosed(Explanation.PATH_DARK) > 0);
      assertThat(posts.diagnosed(Explanation.FLOW_FORGOTTEN_SILENT)).isZero();
    }
  }

  /** Held back, unsent, it fails when it would have failed had it been sent. */
  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "OKHTTP")
  void mustHoldACallNoLongerThanItsCallerWaitsForAnAnswer(Client client, Network network)
      throws Exception {
    NginxServer nginx = network.nginx(0, builder -> builder.directives(Trial.NAMED));
    Target target = Trial.target(Dial.ROUTED, nginx, 1).within(RESPONSE);
    try (Crew crew = new Crew("late", client.guarded(target), 1)) {
      crew.burst("warm", Verb.GET, Trial.SOON);
      Await.idle(IDLE);
      network.muteClientFor(Trial.SOON);
      Settled call = crew.burst("dark", Verb.POST, Trial.SOON).get(0);
      network.heal();
      System.out.printf("[http] dark for longer than %s waits: %s%n", client, call);
      assertThat(call.end()).as(call.line()).isEqualTo(Settled.End.NOT_EXECUTED);
      assertThat(nginx.executions()).doesNotContainKey(call.id());
    }
  }

  private static List<Settled> darken(
      Crew crew, Network network, boolean clientMuted, Duration outage) throws Exception {
    AtomicBoolean running = new AtomicBoolean(true);
    Future<List<Settled>> calls =
        crew.loop(
            running::get, Trial.SOON.plus(BUSY).plus(outage).plus(AFTER).plus(Trial.PATIENCE));
    crew.awaitLooping(Trial.SOON);
    Await.idle(BUSY);
    mute(network, clientMuted, outage);
    Await.idle(outage.plus(AFTER));
    running.set(false);
    return calls.get();
  }

  private static void mute(Network network, boolean client, Duration outage) {
    if (client) {
      network.muteClientFor(outage);
    } else {
      network.muteServersFor(outage);
    }
  }
}
