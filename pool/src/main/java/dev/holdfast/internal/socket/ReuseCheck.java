package dev.holdfast.internal.socket;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.internal.diagnosis.IdleWitness;
import dev.holdfast.internal.wire.WireJudge;
import dev.holdfast.path.IdleZone;
import dev.holdfast.path.ServerLimits;
import dev.holdfast.wire.WireSnapshot;
import dev.holdfast.wire.WireSource;
import dev.holdfast.wire.WireVerdict;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Whether an idle connection may carry the next call, cheapest evidence first: its age, one look at
 * the kernel, input that nobody asked for, and where it matters a proof of the path. Confined to
 * whoever is about to use the connection.
 */
public final class ReuseCheck {

  /** Its name leads to another server, which may not be up yet. */
  public static final Death NAME_LEFT = new Death(Cause.DEMOTED, DialledNames.LEFT);

  /** What only the client knows of a connection's input. */
  public interface Input {

    /** Of a connection on which the peer may say something at any time. */
    Input ANY =
        new Input() {
          @Override
          public long taken() {
            return -1;
          }

          @Override
          public @Nullable Death unasked(WireSnapshot wire, long idleNanos) {
            return null;
          }
        };

    /**
     * How much payload was read from the socket.
     *
     * @return bytes; negative if that is not known
     */
    long taken();

    /**
     * Looks for input that nobody asked for.
     *
     * @param wire a reading taken just now
     * @param idleNanos for how long the connection was idle
     * @return why the connection is of no more use; null if it is
     */
    @Nullable Death unasked(WireSnapshot wire, long idleNanos);
  }

  private final SocketParts guard;

  /**
   * For the connections of one guard.
   *
   * @param guard what it shares
   */
  public ReuseCheck(SocketParts guard) {
    this.guard = guard;
  }

  /**
   * May block for a proof: a round trip and a tick of the kernel's timer, a second at most, unless
   * the path is dark.
   *
   * @param socket that is idle
   * @param input of its client
   * @param mayRunTwice whether the call can be repeated if the path turns out to be dead
   * @param lastResort whether no new connection is to be had: then age alone is no reason, if the
   *     path is proved
   * @param caller who waits
   * @return why not; null if it may
   */
  public @Nullable Death refuse(
      OpenSocket socket, Input input, boolean mayRunTwice, boolean lastResort, Caller caller) {
    Finding found = judge(socket, input, mayRunTwice, lastResort);
    WireSnapshot unproved = found.unproved();
    return unproved == null ? found.refused() : prove(socket, unproved, lastResort, caller);
  }

  /**
   * What is known of a connection without asking its peer.
   *
   * @param refused why it may not be used; null if it may
   * @param unproved a reading from which it is to be proved before it may be used, see {@link
   *     #prove}; null if it need not be
   */
  public record Finding(@Nullable Death refused, @Nullable WireSnapshot unproved) {

    private static final Finding FIT = new Finding(null, null);

    private static Finding not(Death why) {
      return new Finding(why, null);
    }
  }

  /**
   * The same without a proof: does not block.
   *
   * @param socket that is idle
   * @param input of its client
   * @param mayRunTwice whether the call can be repeated if the path turns out to be dead
   * @param lastResort whether no new connection is to be had
   * @return what was found
   */
  public Finding judge(OpenSocket socket, Input input, boolean mayRunTwice, boolean lastResort) {
    if (socket.name().left() && !lastResort) {
      return Finding.not(NAME_LEFT);
    }
    long now = System.nanoTime();
    long idle = socket.clocks().sincePayload(now);
    if (idle >= IdleWitness.LEAST_NANOS) {
      guard.meters().usedAfterIdle(idle, socket.limitNanos());
    }
    IdleZone zone = socket.plan().zone(idle, socket.clocks().sinceRequest(now));
    Death old = tooOld(socket, zone, idle, now);
    if (old != null && !(lastResort && serverKeeps(socket, idle))) {
      return Finding.not(old);
    }
    WireSnapshot wire = socket.readIdle(now, input.taken());
    WireVerdict verdict = ended(wire);
    if (verdict instanceof WireVerdict.Dead dead) {
      return Finding.not(new Death(dead.cause(), dead.evidence()));
    }
    Death unasked = input.unasked(wire, idle);
    if (unasked != null) {
      return Finding.not(unasked);
    }
    boolean doubtful = old != null || socket.isPastLearned(idle);
    boolean provable = lastResort && wire.source() != WireSource.NONE;
    if (doubtful && !mayRunTwice && !provable) {
      return Finding.not(new Death(Cause.IDLE_LIMIT, idleFor(idle) + ", past the learned limit"));
    }
    socket.wakes(wire, idle);
    boolean mustProve =
        doubtful
            || lastResort
            || zone == IdleZone.WARN
            || verdict instanceof WireVerdict.Suspect
            || guard.deaths().suspects(socket.endpoint(), now - idle)
            || (!mayRunTwice && idle >= guard.settings().probeAfter().toNanos());
    return mustProve ? new Finding(null, wire) : Finding.FIT;
  }

  /**
   * Proves the path of a connection. Blocks for a round trip and a tick of the kernel's timer, a
   * second at most, unless the path is dark; while it is, the server may close, unheard: so the age
   * is looked at once more.
   *
   * @param socket that is idle
   * @param before the reading from which it is to be proved
   * @param lastResort whether no new connection is to be had
   * @param caller who waits
   * @return why it may not be used; null if it may
   */
  public @Nullable Death prove(
      OpenSocket socket, WireSnapshot before, boolean lastResort, Caller caller) {
    Death disproved = PathProof.disprove(socket, before, guard, caller);
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
      OpenSocket socket, IdleZone zone, long idleNanos, long now) {
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
  private static boolean serverKeeps(OpenSocket socket, long idleNanos) {
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
}
