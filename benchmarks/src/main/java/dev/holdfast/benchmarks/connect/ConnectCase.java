package dev.holdfast.benchmarks.connect;

import dev.holdfast.dial.ConnectReport;
import dev.holdfast.lab.kernel.Network;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Both contenders in one network, under the same difficulty.
 *
 * @param bare the plain client's score
 * @param guarded the guarded client's
 */
public record ConnectCase(Score bare, Score guarded) {

  private static final int SERVERS = 2;

  /**
   * Runs one case. The first connect of each contender, undisturbed but for the length of the way,
   * is not counted: it loads classes, and tells the guard the round trip.
   *
   * @param kind which client
   * @param difficulty what they meet
   * @param connects how many connects each makes
   * @return the scores
   * @throws InterruptedException if the thread was interrupted
   */
  public static ConnectCase run(ClientKind kind, Difficulty difficulty, int connects)
      throws InterruptedException {
    int count = difficulty.connects(connects);
    int callers = difficulty.callers();
    try (Network network = Network.open(SERVERS)) {
      int port = kind.serve(network);
      difficulty.prepare(network);
      AtomicInteger dials = new AtomicInteger();
      Consumer<ConnectReport> counting = report -> dials.addAndGet(report.dials());
      try (Contender bare = kind.contender(difficulty, port, false, counting);
          Contender guarded = kind.contender(difficulty, port, true, counting)) {
        Callers.connect(bare, 1, 1);
        Callers.connect(guarded, 1, 1);
        difficulty.begin(network);
        Score ofBare = Callers.connect(bare, count, callers);
        dials.set(0);
        Score ofGuarded = Callers.connect(guarded, count, callers);
        ofGuarded.dials(dials.get());
        return new ConnectCase(ofBare, ofGuarded);
      }
    }
  }
}
