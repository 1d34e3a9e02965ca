package dev.holdfast.http.proof;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.lab.Await;
import dev.holdfast.lab.NginxServer;
import dev.holdfast.lab.kernel.Dial;
import dev.holdfast.lab.kernel.KernelLab;
import dev.holdfast.lab.kernel.Network;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A server that stands still for three seconds is waited for; a path that dies then is not. */
@KernelLab
final class SlowServerTest {

  private static final int CALLERS = 16;
  private static final Duration FROZEN = Duration.ofSeconds(3);
  private static final Duration BUSY = Duration.ofMillis(500);

  @ParameterizedTest
  @EnumSource
  void mustWaitForAFrozenServerAndGiveUpADeadPath(Client client, Network network) throws Exception {
    NginxServer nginx = network.nginx(0, builder -> builder.directives(Trial.NAMED));
    network.loose(false).delay(Duration.ofMillis(1));
    try (Trial trial =
        new Trial("server frozen 3 s", client, nginx, Trial.target(Dial.ROUTED, nginx, CALLERS))) {
      List<Settled> bare = freeze(trial.bare(Verb.POST), nginx, () -> {});
      trial.settleBareMixed(bare);
      List<Settled> waited = freeze(trial.guarded(Verb.POST), nginx, () -> {});
      trial.settleGuardedMixed(waited);
      trial.assertNoneLost();
      trial.assertNoneUnclear();
      assertThat(waited.stream().mapToLong(Settled::millis).max().orElse(0))
          .as("the freeze was met by a call")
          .isGreaterThan(FROZEN.toMillis() / 2);
      List<Settled> lost = freeze(trial.guarded(Verb.GET), nginx, network::forgetAll);
      trial.renamed("then the path dies").settleGuardedMixed(lost);
      trial.assertNoneLost();
    }
  }

  /**
   * @param end done once the server goes on, with calls in flight
   */
  private static List<Settled> freeze(Crew crew, NginxServer nginx, Runnable end) throws Exception {
    AtomicBoolean running = new AtomicBoolean(true);
    Future<List<Settled>> calls =
        crew.loop(
            running::get, Trial.SOON.plus(BUSY.multipliedBy(3)).plus(FROZEN).plus(Trial.PATIENCE));
    crew.awaitLooping(Trial.SOON);
    Await.idle(BUSY);
    nginx.freeze();
    Await.idle(FROZEN);
    nginx.thaw();
    Await.idle(BUSY);
    end.run();
    Await.idle(BUSY);
    running.set(false);
    return calls.get();
  }
}
