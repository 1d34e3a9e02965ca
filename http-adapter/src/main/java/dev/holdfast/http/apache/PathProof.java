package dev.holdfast.http.apache;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.wire.SocketProbe;
import dev.holdfast.wire.WireJudge;
import dev.holdfast.wire.WireProbe.KeepAliveSettings;
import dev.holdfast.wire.WireSnapshot;
import dev.holdfast.wire.WireSource;
import dev.holdfast.wire.WireVerdict;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Proves the path of an idle connection before a request that must not be lost is sent over it.
 * HTTP has no ping; the kernel's keepalive probe needs none, and sends not a byte of payload. It
 * proves the way to whatever terminates TCP.
 */
final class PathProof {

  private static final Duration CEILING = Duration.ofSeconds(1);

  /** The kernel probes nothing it heard from within {@code TCP_KEEPIDLE}, one second at least. */
  private static final long JUST_HEARD_MILLIS = 1_000;

  private static final int POKE_COUNT = 3;
  private static final long LOOK_NANOS = TimeUnit.MICROSECONDS.toNanos(500);

  /** The caller has hung up, which tells nothing; its client discards the connection. */
  private static final Death UNFINISHED = new Death(Cause.LOCAL_CLOSE, "its caller hung up");

  private PathProof() {}

  /**
   * Blocks for a round trip and a tick of the kernel's timer, a second at most.
   *
   * @param before a reading taken just now
   * @return why the connection must not be used; null if it is proved, or the kernel cannot be
   *     asked
   */
  static @Nullable Death disprove(GuardedSocket socket, WireSnapshot before, GuardParts guard) {
    if (before.source() == WireSource.NONE || before.lastAckRecvMillis() < JUST_HEARD_MILLIS) {
      return null;
    }
    SocketProbe probe = socket.probe();
    KeepAliveSettings settings = probe.keepAlive();
    long began = System.nanoTime();
    if (!probe.poke(POKE_COUNT)) {
      return null;
    }
    Death found = await(socket, began, WireJudge.answerWithin(before, CEILING));
    if (UNFINISHED.equals(found)) {
      probe.restore(settings);
      return null;
    }
    guard.meters().probed(found == null);
    guard.meters().held(System.nanoTime() - began);
    if (found == null) {
      probe.restore(settings);
    }
    return found;
  }

  /** An interrupt tells nothing about the path: it is kept for whoever heeds it. */
  private static @Nullable Death await(GuardedSocket socket, long began, Duration patience) {
    CurrentRequest request = CurrentRequest.get();
    boolean interrupted = false;
    try {
      while (request == null || !request.isGone()) {
        interrupted |= Thread.interrupted();
        LockSupport.parkNanos(LOOK_NANOS);
        WireSnapshot wire = socket.read(System.nanoTime());
        if (wire.source() == WireSource.NONE) {
          return new Death(Cause.LOCAL_CLOSE, "closed while it was probed");
        }
        if (WireJudge.idle(wire) instanceof WireVerdict.Dead dead) {
          return new Death(dead.cause(), dead.evidence());
        }
        long sinceNanos = wire.takenAtNanos() - began;
        long millis = TimeUnit.NANOSECONDS.toMillis(sinceNanos);
        if (wire.lastAckRecvMillis() < millis) {
          return null;
        }
        if (sinceNanos > patience.toNanos()) {
          return new Death(
              Cause.PROBES_UNANSWERED, "no answer in %d ms; %s".formatted(millis, wire.evidence()));
        }
      }
      return UNFINISHED;
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
