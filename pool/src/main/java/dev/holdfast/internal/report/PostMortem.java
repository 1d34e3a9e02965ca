package dev.holdfast.internal.report;

import dev.holdfast.internal.diagnosis.Answer;
import dev.holdfast.internal.diagnosis.DeathSigns;
import dev.holdfast.internal.diagnosis.Diagnostician;
import dev.holdfast.internal.diagnosis.Neighbours;
import dev.holdfast.report.DiagnosisEvent;
import java.net.SocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Diagnoses one death once what followed it is known: whether a new connection works, and what
 * became of its siblings within a second. Concludes on the thread of its timer, which is one.
 * Thread-safe.
 */
public final class PostMortem {

  /**
   * Longer than the usual connect timeouts: by then a first attempt has ended, or none was made.
   */
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  private final ScheduledExecutorService timer;
  private final Neighbours neighbours;
  private final DiagnosisReporter reporter;
  private final Death death;
  private final AtomicBoolean concluded = new AtomicBoolean();
  private volatile Runnable onConcluded = () -> {};
  private volatile Answer newConnection = Answer.UNKNOWN;
  private volatile @Nullable Instant heardAgain;
  private volatile boolean siblingsKnown;
  private volatile @Nullable Future<?> patience;

  /**
   * What is to be explained.
   *
   * @param guard whose connection it was
   * @param remote where it led, for comparison only
   * @param signs what was seen of it
   * @param atNanos {@link System#nanoTime()} of its end
   * @param consequence what became of its calls, told when the next connection worked, if it did
   */
  public record Death(
      String guard,
      SocketAddress remote,
      DeathSigns signs,
      long atNanos,
      Function<Optional<Instant>, String> consequence) {}

  /**
   * Nothing is asked yet.
   *
   * @param timer of one thread
   * @param neighbours all that died to the same addresses
   * @param reporter where the diagnosis goes
   * @param death what is to be explained
   */
  public PostMortem(
      ScheduledExecutorService timer,
      Neighbours neighbours,
      DiagnosisReporter reporter,
      Death death) {
    this.timer = timer;
    this.neighbours = neighbours;
    this.reporter = reporter;
    this.death = death;
  }

  /**
   * Waits for what follows, if that can explain the death better.
   *
   * @param nextConnection tells a listener, from any thread, whether the next connection works
   * @param onConcluded runs once
   */
  public void begin(Consumer<Consumer<Answer>> nextConnection, Runnable onConcluded) {
    this.onConcluded = onConcluded;
    if (death.signs().cause().byChoice()) {
      conclude(); // nothing that follows explains it better
      return;
    }
    nextConnection.accept(works -> soon(() -> tried(works)));
    try {
      after(Neighbours.TOGETHER, this::siblingsAreKnown);
      patience = after(PATIENCE, this::conclude);
    } catch (RejectedExecutionException shutDown) {
      conclude();
    }
  }

  private Future<?> after(Duration delay, Runnable step) {
    return timer.schedule(step, delay.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Waits for nothing more. */
  public void concludeSoon() {
    soon(this::conclude);
  }

  private void soon(Runnable step) {
    try {
      timer.execute(step);
    } catch (RejectedExecutionException shutDown) {
      // then nobody waits for the diagnosis either
    }
  }

  private void tried(Answer works) {
    newConnection = works;
    if (works == Answer.YES && heardAgain == null) {
      heardAgain = Instant.now();
    }
    concludeOnceKnown();
  }

  private void siblingsAreKnown() {
    siblingsKnown = true;
    concludeOnceKnown();
  }

  private void concludeOnceKnown() {
    if (siblingsKnown && newConnection != Answer.UNKNOWN) {
      conclude();
    }
  }

  private void conclude() {
    if (!concluded.compareAndSet(false, true)) {
      return;
    }
    onConcluded.run();
    Future<?> waiting = patience;
    if (waiting != null) {
      waiting.cancel(false);
    }
    DeathSigns complete =
        death.signs().toBuilder()
            .newConnection(newConnection)
            .siblings(neighbours.around(death.remote(), death.atNanos(), death.signs().idle()))
            .build();
    reporter.report(
        new DiagnosisEvent(
            death.guard(),
            "connection replaced",
            Diagnostician.diagnose(complete),
            death.consequence().apply(Optional.ofNullable(heardAgain))));
  }
}
