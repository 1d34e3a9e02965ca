package dev.holdfast.http.proof;

import dev.holdfast.lab.Await;
import dev.holdfast.lab.kernel.KernelLab;
import dev.holdfast.lab.kernel.Network;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * nginx closes connections idle for two seconds, and every two seconds each of them is used again:
 * a sweep through the moment in which the request and the FIN pass each other, on a path long
 * enough for that to happen often.
 */
@KernelLab
final class ServerClosesAtReuseTest {

  private static final int CALLERS = 96;
  private static final int WAVES = 7;
  private static final int MOST_SWEEPS = 3;
  private static final Duration TIMEOUT = Duration.ofSeconds(2);
  private static final Duration ONE_WAY = Duration.ofMillis(20);

  /**
   * From one wave's answers to the next wave: before, within and after the close, wherever within
   * 70 ms a busy host puts them.
   */
  private static final Duration FIRST_PAUSE = Duration.ofMillis(1_936);

  private static final Duration STEP = Duration.ofMillis(12);

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "OKHTTP")
  void mustAnswerEveryCallWhereThePlanKnowsTheLimit(Client client, Network network)
      throws Exception {
    try (Trial trial = sweep("close at reuse, limit declared", client, network, true)) {
      trial.assertBareMetIt();
      trial.assertNoneLost();
      trial.assertNoneUnclear();
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "OKHTTP")
  void mustLoseNoCallWhereNobodyKnowsTheLimit(Client client, Network network) throws Exception {
    try (Trial trial = sweep("close at reuse, limit unknown", client, network, false)) {
      trial.assertBareMetIt();
      trial.assertNoneLost();
    }
  }

  private static Trial sweep(String scenario, Client client, Network network, boolean declared)
      throws Exception {
    network.delay(ONE_WAY);
    Trial trial = Trial.closing(scenario, client, network, TIMEOUT, declared, CALLERS);
    ExecutorService crews = Executors.newCachedThreadPool();
    try {
      for (Verb verb : Verb.PLAIN) {
        List<Settled> bare = new ArrayList<>();
        List<Settled> guarded = new ArrayList<>();
        for (int i = 0; i < MOST_SWEEPS && (i == 0 || missed(verb, bare)); i++) {
          Future<List<Settled>> bares = crews.submit(waves(trial.bare(verb), verb, i));
          guarded.addAll(crews.submit(waves(trial.guarded(verb), verb, i)).get());
          bare.addAll(bares.get());
        }
        trial.settleBare(verb, bare);
        trial.settleGuarded(verb, guarded);
      }
    } finally {
      crews.shutdownNow();
    }
    return trial;
  }

  /** A host so late that no wave came in time has to try again. */
  private static boolean missed(Verb verb, List<Settled> bare) {
    return verb == Verb.POST && bare.stream().noneMatch(one -> one.end() == Settled.End.FAILED);
  }

  private static Callable<List<Settled>> waves(Crew crew, Verb verb, int sweep) {
    return () -> {
      crew.burst("warm" + sweep + "-", verb, Trial.SOON);
      List<Settled> all = new ArrayList<>();
      for (int wave = 0; wave < WAVES; wave++) {
        Await.idle(FIRST_PAUSE.plus(STEP.multipliedBy(wave)));
        all.addAll(crew.burst("wave" + sweep + wave, verb, Trial.PATIENCE));
      }
      return all;
    };
  }
}
