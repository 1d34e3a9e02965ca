package dev.holdfast.benchmarks.connect;

import dev.holdfast.lab.RedisServer;
import dev.holdfast.lab.kernel.Network;

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
   * @param difficulty what they meet
   * @param connects how many connects each makes
   * @return the scores
   * @throws InterruptedException if the thread was interrupted
   */
  public static ConnectCase run(Difficulty difficulty, int connects) throws InterruptedException {
    int count = difficulty.connects(connects);
    try (Network network = Network.open(SERVERS)) {
      RedisServer redis = network.redis();
      difficulty.prepare(network);
      try (Client bare = Client.bare(difficulty, redis.port());
          Client guarded = Client.guarded(difficulty, redis.port())) {
        bare.connect(1, 1);
        guarded.connect(1, 1);
        difficulty.begin(network);
        return new ConnectCase(
            bare.connect(count, difficulty.callers()),
            guarded.connect(count, difficulty.callers()));
      }
    }
  }
}
