package dev.holdfast.redis.kernel;

import static dev.holdfast.redis.kernel.Figures.millisSince;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.lab.Await;
import dev.holdfast.lab.RedisServer;
import dev.holdfast.lab.kernel.Dial;
import dev.holdfast.lab.kernel.KernelLab;
import dev.holdfast.lab.kernel.Network;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The server is killed under fifty callers and comes back on the same port, with its data. */
@KernelLab
final class ServerRestartTest {

  private static final Duration DOWN = Duration.ofMillis(500);

  /**
   * Redis writes its log of commands before it replies, so what it answered outlives it; under the
   * default, {@code everysec}, the write is put off while the disk is busy, and the reply is not
   * ({@code flushAppendOnlyFile}).
   */
  private static UnaryOperator<RedisServer.Builder> keepingIn(Path dir) {
    return builder ->
        builder.arguments("--appendonly", "yes", "--appendfsync", "no", "--dir", dir.toString());
  }

  /**
   * @param frozen whether it is killed with every caller's request unread, or while it serves
   */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void mustRunNothingTwiceAcrossAKilledServer(boolean frozen, Network network, @TempDir Path dir)
      throws Exception {
    RedisServer killed = network.redis(keepingIn(dir));
    killed.command("SET", "greeting", "hello");
    try (KernelBed bed = new KernelBed(Dial.ROUTED, killed.port());
        Callers bare = new Callers("bare", bed.bare());
        Callers guarded = new Callers("guarded", bed.guarded())) {
      bare.awaitBusy();
      guarded.awaitBusy();
      if (frozen) {
        freezeUnder(killed, bare, guarded);
      }
      killed.close();
      Await.until("the guard has heard", KernelBed.SOON, () -> !bed.swaps().isEmpty());
      Await.idle(DOWN);
      RedisServer restarted =
          network.redis(builder -> keepingIn(dir).apply(builder.port(killed.port())));
      long began = System.nanoTime();
      guarded.awaitMore(5 * Callers.CALLERS);
      long recovered = millisSince(began);
      bare.awaitMore(5 * Callers.CALLERS);
      Callers.Outcome outcome = guarded.stop(restarted);
      Callers.Outcome bareOutcome = bare.stop(restarted);
      Figures.print(
          "server killed %s, down %d ms".formatted(frozen ? "unread" : "serving", DOWN.toMillis()),
          "recovered %d ms after the restart, %s; guarded %s; bare %d failures %s, %d duplicates",
          recovered,
          bed.swaps(),
          outcome.summary(),
          bareOutcome.failures().size(),
          bareOutcome.failures().stream().findFirst().orElse(""),
          bareOutcome.duplicates().size());
      assertThat(outcome.failures()).isEmpty();
      assertThat(outcome.duplicates()).isEmpty();
      assertThat(outcome.falseSuccesses()).isEmpty();
      assertThat(outcome.answered() + outcome.unclear()).isEqualTo(outcome.increments());
      assertThat(bed.swaps()).hasSize(1);
      assertThat(bed.swaps().get(0).cause()).isIn(Cause.PEER_RESET, Cause.PEER_CLOSED);
      assertThat(bed.swaps().get(0).ambiguous()).isEqualTo(outcome.unclear());
      if (frozen) {
        assertThat(outcome.unclear()).as("half of the callers increment").isEqualTo(25);
        assertThat(bareOutcome.failures())
            .as("a raw error, of a call that did not run")
            .isNotEmpty();
      }
    }
  }

  private static void freezeUnder(RedisServer redis, Callers... all) {
    redis.freeze();
    for (Callers callers : all) {
      Await.until(
          "every caller waits",
          KernelBed.SOON,
          () -> callers.waitingLongerThan(Duration.ofMillis(100)) == Callers.CALLERS);
    }
  }
}
