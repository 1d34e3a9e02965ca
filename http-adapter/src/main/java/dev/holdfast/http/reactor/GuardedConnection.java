package dev.holdfast.http.reactor;

import dev.holdfast.channel.Abort;
import dev.holdfast.diagnosis.Cause;
import dev.holdfast.diagnosis.DeathSigns;
import dev.holdfast.diagnosis.IdleWitness;
import dev.holdfast.http.KeepAliveHint;
import dev.holdfast.http.RetryDecision;
import dev.holdfast.wire.ConnectionClocks;
import dev.holdfast.wire.SocketErrors;
import dev.holdfast.wire.WireHistory;
import dev.holdfast.wire.WireProbe;
import dev.holdfast.wire.WireSnapshot;
import dev.holdfast.wire.WireSource;
import io.netty.channel.Channel;
import io.netty.channel.local.LocalAddress;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.util.AsciiString;
import io.netty.util.AttributeKey;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One socket of a guarded client, with all that is in flight on it. Confined to the channel's event
 * loop, except where a method says otherwise.
 */
final class GuardedConnection {

  private static final AttributeKey<GuardedConnection> KEY =
      AttributeKey.valueOf(GuardedConnection.class, "KEY");

  private static final AsciiString KEEP_ALIVE = AsciiString.cached("keep-alive");

  private static final SocketAddress NOWHERE = new LocalAddress("nowhere");

  /** Shorter than any sibling takes to die of what this one survived. */
  private static final long JUST_USED_NANOS = 1_000_000;

  private final Channel channel;
  private final ReactorHttpGuard guard;
  private final WireProbe wire;
  private final ConnectionClocks clocks = new ConnectionClocks(System.nanoTime());
  private final WireHistory history = new WireHistory();
  private final WriteLedger ledger = new WriteLedger();
  private final Retirement retirement;
  private final PathProof proof;
  private final PathWatch watch;
  private final List<Exchange> inFlight = new ArrayList<>(1);
  private final long probeAfterNanos;

  private @Nullable MessageTap tap;
  private long readNanos = System.nanoTime();
  private long worksSince = readNanos;
  private SocketAddress remote = NOWHERE;
  private @Nullable IdleWitness witness;
  private long idleBeforeNanos;
  private boolean up;
  private boolean lent;
  private boolean closedHere;
  private boolean endAnnounced;
  private boolean settled;
  private boolean retiring;
  private volatile @Nullable Death death;
  private volatile @Nullable WireSnapshot lastSnapshot;

  GuardedConnection(Channel channel, ReactorHttpGuard guard) {
    this.channel = channel;
    this.guard = guard;
    this.wire = WireProbe.of(channel);
    this.probeAfterNanos = guard.settings().shared().probeAfter().toNanos();
    this.retirement = new Retirement(guard.settings().shared().plan(), clocks);
    this.proof = new PathProof(this);
    this.watch = new PathWatch(this);
    channel.attr(KEY).set(this);
  }

  /** The guarded connection that carries a channel, itself or as one of its streams. */
  static @Nullable GuardedConnection of(Channel channel) {
    GuardedConnection own = channel.attr(KEY).get();
    return own != null || channel.parent() == null ? own : channel.parent().attr(KEY).get();
  }

  Channel channel() {
    return channel;
  }

  ReactorHttpGuard guard() {
    return guard;
  }

  WireProbe wire() {
    return wire;
  }

  ConnectionClocks clocks() {
    return clocks;
  }

  WireHistory history() {
    return history;
  }

  WriteLedger ledger() {
    return ledger;
  }

  PathProof proof() {
    return proof;
  }

  Retirement retirement() {
    return retirement;
  }

  /** Where the connection leads. For comparison only, never for people. Any thread. */
  SocketAddress remote() {
    return remote;
  }

  /** Any thread. */
  boolean doomed() {
    return death != null;
  }

  boolean idle() {
    return inFlight.isEmpty();
  }

  void connected() {
    SocketAddress address = channel.remoteAddress();
    remote = address == null ? NOWHERE : address;
    long now = System.nanoTime();
    clocks.read(now);
    clocks.requested(now);
    up = true;
    witness = guard.deaths().opened(remote);
    guard.connected(this);
  }

  /** The channel is closed. */
  void leave() {
    if (up) {
      up = false;
      guard.disconnected(this);
    }
    IdleWitness mine = witness;
    if (mine != null) {
      mine.closed();
    }
  }

  /** Whether this is the first time that it is lent. */
  boolean lentFirst() {
    boolean first = !lent;
    lent = true;
    return first;
  }

  @Nullable Cause causeOfDeath() {
    Death of = death;
    return of == null ? null : of.cause();
  }

  void closesHere() {
    closedHere = true;
  }

  WireSnapshot snapshot(long nowNanos) {
    WireSnapshot snapshot = wire.read(nowNanos);
    lastSnapshot = snapshot;
    history.took(snapshot, !channel.isWritable());
    return snapshot;
  }

  /** The latest reading, for any thread; null before the first. */
  @Nullable WireSnapshot lastSnapshot() {
    return lastSnapshot;
  }

  /** Whether a sibling died in a way that this connection, idle since, may share. Any thread. */
  boolean suspect(long nowNanos) {
    long idle = clocks.sincePayload(nowNanos);
    return idle >= JUST_USED_NANOS && guard.deaths().suspects(remote, nowNanos - idle);
  }

  /** Whether it has been idle for longer than connections to its address seem to be kept. */
  boolean isPastLearned(long idleNanos) {
    IdleWitness mine = witness;
    return mine != null && mine.limit().isPast(idleNanos);
  }

  /** An idle time from which on a request that must not run twice waits for a proof. */
  long probeAfterNanos() {
    return probeAfterNanos;
  }

  /** When the latest request began that was answered; before the first, when it was dialled. */
  long worksSince() {
    return worksSince;
  }

  /** Bytes arrive. */
  void reads() {
    readNanos = System.nanoTime();
    clocks.read(readNanos);
  }

  /** Where the messages of HTTP/1.1 are seen; null before the first request. */
  @Nullable MessageTap tap() {
    return tap;
  }

  void tappedBy(MessageTap messages) {
    tap = messages;
  }

  /** A request is about to be written. */
  Exchange begin(Call call, String method) {
    long now = System.nanoTime();
    long idle = clocks.sincePayload(now);
    if (inFlight.isEmpty() && idle >= probeAfterNanos) {
      history.wakes(snapshot(now), idle);
    }
    if (inFlight.isEmpty() && idle >= IdleWitness.LEAST_NANOS) {
      idleBeforeNanos = idle;
    }
    Exchange exchange = new Exchange(call, this, method, now);
    inFlight.add(exchange);
    retirement.uses(inFlight.size());
    clocks.requested(now);
    call.begins(exchange);
    watch.onRequest();
    return exchange;
  }

  /** The response is complete. */
  void finish(Exchange exchange) {
    if (inFlight.remove(exchange)) {
      if (exchange.beganNanos() - worksSince > 0) {
        worksSince = exchange.beganNanos();
      }
      retirement.uses(inFlight.size());
      clocks.requested(readNanos);
      if (idleBeforeNanos > 0) {
        outlived(idleBeforeNanos);
        idleBeforeNanos = 0;
      }
      closeIfDone();
    }
  }

  private void outlived(long idleNanos) {
    IdleWitness mine = witness;
    if (mine != null) {
      mine.reused(Duration.ofNanos(idleNanos));
    }
  }

  private void closeIfDone() {
    if (retiring && inFlight.isEmpty()) {
      channel.close();
    }
  }

  /** A stream of this connection ended and the connection goes on. */
  void streamEnded(Exchange exchange) {
    if (inFlight.remove(exchange)) {
      retirement.uses(inFlight.size());
      closeIfDone();
    }
  }

  /** What a response says about the connection that carried it. */
  void advertised(HttpResponse response) {
    endAnnounced |= !HttpUtil.isKeepAlive(response);
    if (response.headers().contains(KEEP_ALIVE)) {
      KeepAliveHint hint = KeepAliveHint.parse(response.headers().getAll(KEEP_ALIVE));
      retirement.advertised(hint);
      IdleWitness mine = witness;
      if (mine != null) {
        hint.timeout().ifPresent(mine.limit()::advertised);
      }
    }
  }

  /** Whether bytes from the peer can belong to a response. */
  boolean answersAreDue() {
    boolean due = false;
    for (int i = 0; i < inFlight.size(); i++) { // no iterator: this is asked for all that arrives
      Exchange exchange = inFlight.get(i);
      if (exchange.left()) {
        exchange.answers();
        due = true;
      }
    }
    return due;
  }

  /** Notes why the connection ends; the first reason stays. */
  void dies(Cause cause, String evidence) {
    if (death == null) {
      boolean aged = cause == Cause.LOCAL_CLOSE && retirement.due() && !retiring;
      Cause known = aged ? Cause.IDLE_LIMIT : cause;
      death = new Death(known, evidence, System.nanoTime());
    }
  }

  /** The same for an error of the socket, read or met while writing. */
  void dies(Throwable failure) {
    String message = String.valueOf(failure.getMessage());
    Cause cause = SocketErrors.cause(message);
    if (cause == Cause.PEER_RESET && death == null && channel.isOpen()) {
      history.reset(wire.read(System.nanoTime()));
    }
    dies(cause, textOf(cause));
  }

  /** Not the message itself: what a user's handler throws may quote what it was given. */
  private static String textOf(Cause cause) {
    return switch (cause) {
      case KERNEL_TIMEOUT -> "ETIMEDOUT";
      case PEER_CLOSED -> "EPIPE";
      default -> "ECONNRESET";
    };
  }

  /** The channel was closed without an error that was read. */
  void ended() {
    dies(closedHere ? Cause.LOCAL_CLOSE : Cause.PEER_CLOSED, "no error was read");
    settle();
  }

  /** Decides, once, what becomes of the calls in flight. */
  void settle() {
    Death of = death;
    if (settled || of == null) {
      return;
    }
    settled = true;
    // A reset that answers a probe answers as one to a request would; an unanswered probe leaves
    // nothing unacknowledged that could tell whether it arrived.
    boolean sent = inFlight.stream().anyMatch(Exchange::left);
    DeathSigns signs =
        history
            .signs(
                of.cause(),
                sent || (proof.pending() && of.cause() == Cause.PEER_RESET),
                clocks,
                guard.settings().shared().plan(),
                System.nanoTime())
            .build();
    List<Exchange> lost = List.copyOf(inFlight);
    inFlight.clear();
    retirement.uses(0);
    lost.forEach(exchange -> exchange.decide(of));
    IdleWitness mine = witness;
    if (of.cause() != Cause.LOCAL_CLOSE
        && up
        && mine != null
        && !(endAnnounced && lost.isEmpty())) {
      guard.deaths().died(remote, mine, signs.idle(), signs, of.evidence());
    }
    proof.lost();
  }

  /**
   * What becomes of a call whose sending over this connection failed with an error of the client's.
   *
   * @return null if the connection is well, so that the error is none of the guard's
   */
  @Nullable RetryDecision verdict(Exchange failed) {
    if (!channel.eventLoop().inEventLoop()) {
      return null; // a wire's end is told on the event loop
    }
    if (failed.wasRefused()) {
      return failed.decide(
          new Death(Cause.PEER_CLOSED, "refused before it was processed", System.nanoTime()));
    }
    if (!channel.isActive()) {
      ended();
    }
    settle();
    Death of = death;
    return of == null ? null : failed.decide(of);
  }

  /** Gives the connection up. */
  void condemn(Cause cause, String evidence) {
    if (death != null || !channel.isActive()) {
      return;
    }
    dies(cause, evidence);
    Abort.soon(channel);
  }

  /** Closes the connection in order as soon as nothing is in flight. Any thread. */
  void retire() {
    channel
        .eventLoop()
        .execute(
            () -> {
              retirement.now();
              retiring = true;
              closeIfDone();
            });
  }

  /** A probe was answered after an idle time. */
  void proved(long nowNanos) {
    long idle = clocks.sincePayload(nowNanos);
    guard.deaths().proved(remote, Duration.ofNanos(idle));
    outlived(idle);
  }

  /** Whether the kernel can be asked. */
  boolean wired() {
    return wire.source() != WireSource.NONE;
  }
}
