package dev.holdfast.examples;

import dev.holdfast.lab.NginxServer;
import dev.holdfast.lab.RedisServer;
import dev.holdfast.lab.kernel.Dial;
import dev.holdfast.lab.kernel.Network;
import dev.holdfast.path.HopPreset;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.ServerLimits;
import dev.holdfast.redis.LettuceGuard;

/**
 * Incident D. The balancer kept a stale backend: every other connect meets a web server where Redis
 * should be, and later, when that is gone, a closed port.
 */
final class WrongBackend implements Incident {

  private static final int VISITS = 20;

  @Override
  public String name() {
    return "D-wrong-backend";
  }

  @Override
  public String story() {
    return "A balancer sends every other connect to a stale backend: first to a web server, then to"
        + " a port that nobody listens on. A connect that succeeds proves nothing.";
  }

  @Override
  public int servers() {
    return 2;
  }

  @Override
  public void play(Stage stage) {
    Network network = stage.network();
    RedisServer redis = stage.startRedis(options -> options);
    network.balance();
    Party bare = stage.bare(Dial.VIRTUAL);
    Party guarded = stage.guarded(Dial.VIRTUAL, LettuceGuard.custom(balanced().plan()));
    try (NginxServer stale = network.nginx(1, options -> options.port(redis.port()))) {
      visit(bare, guarded);
      stage.evidence(
          "%d of %d visits of the bare client met the web server, which logged %d malformed requests"
              .formatted(bare.failed(), VISITS, stale.requests().size()));
    }
    long failed = bare.failed();
    visit(bare, guarded);
    stage.evidence(
        "%d of %d visits of the bare client were refused once it was gone"
            .formatted(bare.failed() - failed, VISITS));
    stage.evidence("guarded: %s".formatted(guarded.diagnoses()));
  }

  private static void visit(Party bare, Party guarded) {
    for (int i = 0; i < VISITS; i++) {
      bare.visit();
    }
    for (int i = 0; i < VISITS; i++) {
      guarded.visit();
    }
  }

  private static NetworkPath balanced() {
    return NetworkPath.to(ServerLimits.withoutIdleTimeout("redis"))
        .through(HopPreset.AWS_NLB.hop());
  }
}
