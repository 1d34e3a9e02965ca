package dev.holdfast.redis;

import dev.holdfast.lab.Await;
import io.lettuce.core.api.async.RedisAsyncCommands;
import java.util.concurrent.CountDownLatch;

/** Keeps what is issued from being sent, until the test lets it go on. */
final class Standstill {

  private Standstill() {}

  /** Until the server goes on no handshake comes to its end. */
  static void disconnect(RedisBed bed) {
    long connections = bed.middlebox().connectionsAccepted();
    bed.server().freeze();
    bed.middlebox().resetAll();
    Await.until(
        "reconnecting", RedisBed.SOON, () -> bed.middlebox().connectionsAccepted() > connections);
  }

  /** Keeps the connection's event loop busy until the latch is open. */
  static CountDownLatch occupyLoop(RedisBed bed, RedisAsyncCommands<String, String> commands) {
    CountDownLatch busy = new CountDownLatch(1);
    CountDownLatch goesOn = new CountDownLatch(1);
    commands
        .blpop(0, "gate")
        .thenRun(
            () -> {
              busy.countDown();
              await(goesOn);
            });
    bed.server().command("LPUSH", "gate", "opened");
    await(busy);
    return goesOn;
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
