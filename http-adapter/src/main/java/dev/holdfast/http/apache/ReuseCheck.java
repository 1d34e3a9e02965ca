package dev.holdfast.http.apache;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.diagnosis.IdleWitness;
import dev.holdfast.path.IdleZone;
import dev.holdfast.path.ServerLimits;
import dev.holdfast.wire.WireJudge;
import dev.holdfast.wire.WireSnapshot;
import dev.holdfast.wire.WireSource;
import dev.holdfast.wire.WireVerdict;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.net.ssl.SSLSocket;
import org.apache.hc.client5.http.io.ManagedHttpClientConnection;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * Whether a connection from the pool may carry the next request, cheapest evidence first: its age,
 * one look at the kernel, input that nobody asked for, and where it matters a proof of the path.
 */
final class ReuseCheck {

  /**
   * Without {@code TCP_INFO} only a read finds a FIN, and takes a millisecond: not for the young.
   */
  private static final long READ_AFTER_NANOS = Duration.ofMillis(100).toNanos();

  private final GuardParts guard;

  ReuseCheck(GuardParts guard) {
    this.guard = guard;
  }

  /**
   * May block as long as {@link PathProof} does.
   *
   * @param observed of the connection
   * @param mayRunTwice whether the request can be repeated if the path turns out to be dead
   * @param lastResort whether no new connection is to be had: then age alone is no reason, if the
   *     path is proved
   * @return why not; null if it may
   */
  @Nullable Death refuse(
      GuardedSocket socket,
      ManagedHttpClientConnection connection,
      ObservedSocket observed,
      boolean mayRunTwice,
      boolean lastResort) {
    if (socket.left() && !lastResort) {
      return SetAside.NAME_LEFT;
    }
    long now = System.nanoTime();
    long idle = socket.clocks().sincePayload(now);
    if (idle >= IdleWitness.LEAST_NANOS) {
      guard.meters().usedAfterIdle(idle, socket.limitNanos());
    }
    IdleZone zone = socket.plan().zone(idle, socket.clocks().sinceRequest(now));
    Death old = tooOld(socket, zone, idle, now);
    if (old != null && !(lastResort && serverKeeps(socket, idle))) {
      return old;
    }
    boolean tls = observed.top() instanceof SSLSocket; // which reads more than it hands on
    WireSnapshot wire = socket.readIdle(now, tls ? -1 : observed.taken());
    WireVerdict verdict = ended(wire);
    if (verdict instanceof WireVerdict.Dead dead) {
      return new Death(dead.cause(), dead.evidence());
    }
    Death input = unsolicited(socket, connection, observed, wire, idle);
    if (input != null) {
      return input;
    }
    boolean doubtful = old != null || socket.isPastLearned(idle);
    boolean provable = lastResort && wire.source() != WireSource.NONE;
    if (doubtful && !mayRunTwice && !provable) {
      return new Death(Cause.IDLE_LIMIT, idleFor(idle) + ", past the learned limit");
    }
    socket.wakes(wire, idle);
    boolean mustProve =
        doubtful
            || lastResort
            || zone == IdleZone.WARN
            || verdict instanceof WireVerdict.Suspect
            || guard.deaths().suspects(socket.endpoint(), now - idle)
            || (!mayRunTwice && idle >= guard.settings().probeAfter().toNanos());
    return mustProve ? prove(socket, wire, lastResort) : null;
  }

  /** While the path is dark its server may close, unheard: so its age is looked at once more. */
  private @Nullable Death prove(GuardedSocket socket, WireSnapshot before, boolean lastResort) {
    Death disproved = PathProof.disprove(socket, before, guard);
    if (disproved != null) {
      return disproved;
    }
    long now = System.nanoTime();
    long idle = socket.clocks().sincePayload(now);
    IdleZone zone = socket.plan().zone(idle, socket.clocks().sinceRequest(now));
    Death old = tooOld(socket, zone, idle, now);
    boolean kept = lastResort && serverKeeps(socket, idle);
    return kept ? null : old;
  }

  /**
   * Judges a connection that is to be used again. Probes that went unanswered while nobody waited
   * speak of the path, which may be dark to all: only {@link PathProof} can tell.
   */
  static WireVerdict ended(WireSnapshot wire) {
    WireVerdict verdict = WireJudge.idle(wire);
    return verdict instanceof WireVerdict.Dead dead && dead.cause() == Cause.PROBES_UNANSWERED
        ? new WireVerdict.Suspect(dead.evidence())
        : verdict;
  }

  private static @Nullable Death tooOld(
      GuardedSocket socket, IdleZone zone, long idleNanos, long now) {
    if (zone == IdleZone.EXPIRED || idleNanos > socket.hintedNanos()) {
      return new Death(Cause.IDLE_LIMIT, idleFor(idleNanos));
    }
    boolean over = socket.lifeIsOver(now) || !socket.plan().reusable();
    return over ? new Death(Cause.LOCAL_CLOSE, "its planned life is over") : null;
  }

  /**
   * As far as the server or its declared timeout says, and if the user wants any connection used
   * twice.
   */
  private static boolean serverKeeps(GuardedSocket socket, long idleNanos) {
    ServerLimits declared = socket.plan().path().server();
    boolean closed =
        Stream.of(declared.idleTimeout(), declared.advertisedTimeout(), declared.observedClose())
            .flatMap(Optional::stream)
            .anyMatch(timeout -> idleNanos >= timeout.toNanos());
    return !closed && idleNanos <= socket.hintedNanos() && socket.plan().reusable();
  }

  private static String idleFor(long nanos) {
    return "idle for %d ms".formatted(TimeUnit.NANOSECONDS.toMillis(nanos));
  }

  private static @Nullable Death unsolicited(
      GuardedSocket socket,
      ManagedHttpClientConnection connection,
      ObservedSocket observed,
      WireSnapshot wire,
      long idleNanos) {
    try {
      if (holdsInput(connection, observed) && !Leftovers.dropLineEnds(connection, observed)) {
        return new Death(Cause.UNSOLICITED_INPUT, "input behind the last answer");
      }
      Socket top = observed.top();
      boolean tls = top instanceof SSLSocket;
      if (!tls && socket.received() == observed.taken()) {
        return null; // the reading that tells the state tells this too, without a second call
      }
      boolean input =
          socket.base().getInputStream().available() > 0
              || (tls && top.getInputStream().available() > 0);
      // TLS 1.3 sends tickets nobody reads until the next answer (RFC 8446, section 4.6.1), so
      // bytes on the wire are none of HTTP's yet: the TLS layer has to read them.
      boolean blind = wire.source() == WireSource.NONE && idleNanos >= READ_AFTER_NANOS;
      if (!input && !blind) {
        return null;
      }
      if (connection.isStale()) {
        return new Death(Cause.PEER_CLOSED, "end of input on an idle connection");
      }
      return holdsInput(connection, observed) && !Leftovers.dropLineEnds(connection, observed)
          ? new Death(Cause.UNSOLICITED_INPUT, "input on an idle connection")
          : null;
    } catch (HttpException | IOException failed) {
      return failed instanceof IOException io
          ? Death.of(io).orElse(new Death(Cause.PEER_RESET, "unreadable"))
          : new Death(Cause.UNSOLICITED_INPUT, "unreadable");
    }
  }

  /** HttpClient's own stale check fetches what it finds and calls the connection healthy. */
  static boolean holdsInput(ManagedHttpClientConnection connection, ObservedSocket observed)
      throws IOException {
    observed.shut(true);
    try {
      return connection.isDataAvailable(Timeout.ONE_MILLISECOND);
    } finally {
      observed.shut(false);
    }
  }
}
