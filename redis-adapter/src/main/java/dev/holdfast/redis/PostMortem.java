package dev.holdfast.redis;

import dev.holdfast.diagnosis.Answer;
import dev.holdfast.diagnosis.DeathSigns;
import dev.holdfast.diagnosis.Diagnosis;
import dev.holdfast.diagnosis.Diagnostician;
import dev.holdfast.diagnosis.Neighbours;
import dev.holdfast.report.DiagnosisEvent;
import dev.holdfast.report.DiagnosisReporter;
import io.netty.channel.EventLoop;
import java.net.SocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Diagnoses one death once what followed it is known: whether a new connection works, and what
 * became of its siblings within a second. Confined to the event loop of the channel that died.
 */
final class PostMortem {

  /** Longer than Lettuce's default connect timeout of 10 s: by then a first attempt has ended. */
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  private final EventLoop eventLoop;
  private final Neighbours neighbours;
  private final DiagnosisReporter reporter;
  private final SocketAddress address;
  private final DeathSigns signs;
  private final long diedAtNanos;
  private final SwapEvent swap;
  private final Consumer<PostMortem> onConcluded;

  /** Since when it may have missed what the server said unasked; null if it did not listen. */
  private final @Nullable Instant deafSince;

  private @Nullable Instant heardAgain;
  private Answer newConnection = Answer.UNKNOWN;
  private boolean siblingsKnown;
  private boolean concluded;
  private @Nullable Future<?> patience;

  PostMortem(
      GuardedChannel guarded,
      Neighbours neighbours,
      DiagnosisReporter reporter,
      DeathSigns signs,
      long diedAtNanos,
      SwapEvent swap,
      Consumer<PostMortem> onConcluded) {
    this.eventLoop = guarded.channel().eventLoop();
    this.neighbours = neighbours;
    this.reporter = reporter;
    this.address = guarded.remote();
    this.deafSince =
        guarded.session().listens()
            ? Instant.now().minusNanos(guarded.unheardNanos(System.nanoTime()))
            : null;
    this.signs = signs;
    this.diedAtNanos = diedAtNanos;
    this.swap = swap;
    this.onConcluded = onConcluded;
  }

  void begin(EndpointState endpoint) {
    if (signs.cause().byChoice()) {
      conclude(); // nothing that follows explains it better
      return;
    }
    endpoint.tellOfNextConnection(works -> onEventLoop(() -> tried(works)));
    try {
      after(Neighbours.TOGETHER, this::siblingsAreKnown);
      patience = after(PATIENCE, this::conclude);
    } catch (RejectedExecutionException shutDown) {
      conclude();
    }
  }

  private Future<?> after(Duration delay, Runnable step) {
    return eventLoop.schedule(step, delay.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Waits for nothing more. Any thread. */
  void concludeSoon() {
    onEventLoop(this::conclude);
  }

  private void onEventLoop(Runnable step) {
    try {
      eventLoop.execute(step);
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
    if (concluded) {
      return;
    }
    concluded = true;
    onConcluded.accept(this);
    if (patience != null) {
      patience.cancel(false);
    }
    DeathSigns complete =
        signs.toBuilder()
            .newConnection(newConnection)
            .siblings(neighbours.around(address, diedAtNanos, signs.idle()))
            .build();
    Diagnosis diagnosis = Diagnostician.diagnose(complete);
    reporter.report(
        new DiagnosisEvent(swap.guard(), "connection replaced", diagnosis, consequence()));
  }

  private String consequence() {
    if (deafSince == null) {
      return swap.calls();
    }
    String until =
        heardAgain == null ? "now on" : heardAgain.truncatedTo(ChronoUnit.MILLIS).toString();
    return "%s, messages may be missing from %s to %s"
        .formatted(swap.calls(), deafSince.truncatedTo(ChronoUnit.MILLIS), until);
  }
}
