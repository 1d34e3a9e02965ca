package dev.holdfast.redis;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.internal.command.CommandKind;
import dev.holdfast.internal.dial.SecondOpinions;
import dev.holdfast.internal.wire.WireJudge;
import dev.holdfast.path.IdleZone;
import dev.holdfast.retry.NotExecutedException;
import dev.holdfast.retry.ReplaySafety;
import dev.holdfast.wire.WireSnapshot;
import dev.holdfast.wire.WireVerdict;
import io.lettuce.core.ConnectionEvents;
import io.lettuce.core.protocol.RedisCommand;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Stands between Lettuce's endpoint and its command handler: every command of the user passes here
 * before it counts as written. Holds commands while the path is proved or the connection is being
 * replaced, in the order they came; refuses what must not run on this connection.
 */
final class WriteGate extends ChannelDuplexHandler {

  private final GuardedChannel guarded;
  private final HandDown handDown;
  private final WholeTransactions transactions;
  private final PathProof proof;
  private final PathDoubts doubts;
  private final PathWatch watch;
  private final HeldCommands held;

  /** None on nearly every channel. */
  private @Nullable DeclinedCalls declined;

  /** The same. */
  private @Nullable Farewell farewell;

  /** Empty once the channel is ready. */
  private List<RedisCommand<?, ?, ?>> handshake = new ArrayList<>(4);

  private boolean releasing;
  private boolean restoring;

  /**
   * @param below the context of Lettuce's command handler
   */
  WriteGate(GuardedChannel guarded, ChannelHandlerContext below, SecondOpinions opinions) {
    this.guarded = guarded;
    this.handDown = new HandDown(guarded, below);
    this.held = new HeldCommands(guarded);
    this.transactions = new WholeTransactions(guarded, handDown, held::endFollows);
    this.doubts = new PathDoubts(guarded, opinions, this::release);
    this.proof = new PathProof(guarded, doubts, this::ping, this::release);
    this.watch = new PathWatch(guarded, doubts, proof::beginInBackground);
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    handDown.standsAt(ctx);
  }

  /** The channel carries the user's commands from now on. */
  void start() {
    for (RedisCommand<?, ?, ?> command : handshake) {
      guarded.session().shakenHands(LettuceKinds.of(command), command);
    }
    handshake = List.of();
    guarded.passesThrough(this);
    watch.start();
  }

  /**
   * Makes a lost session's settings again, ahead of what waits for the channel to become active.
   *
   * @param activate what tells Lettuce that it is
   */
  void restore(ReplacedSessions.Restoring session, Runnable activate) {
    restoring = true;
    try {
      activate.run();
      for (RearmCommand command : session.commands()) {
        if (handDown.pass(CommandKind.CLIENT, command)) {
          watch.onRequest();
        }
      }
      session.tellOnceDone();
    } finally {
      restoring = false;
    }
    handDown.flush();
    release();
  }

  /** Pings no more while the connection is idle. */
  void stopWatching() {
    watch.stop();
  }

  /** Another connection to the same server was declined a write, as by a replica. */
  void leaveReplicaIfQuiet() {
    long now = System.nanoTime();
    if (guarded.open()
        && guarded.stack().isEmpty()
        && !holds()
        && guarded.reconnects()
        && guarded.session().plain()
        && guarded.mayLeaveReplica(now)) {
      guarded.leaveReplica(now, "READONLY on a connection beside it");
    }
  }

  /** The server's name leads elsewhere by now. */
  void leaveGently(String why) {
    if (farewell == null) {
      farewell = new Farewell(guarded, why, this::release);
      farewell.begin();
    }
  }

  private boolean leaves() {
    return farewell != null && farewell.holds();
  }

  /** Whether commands wait here. */
  boolean holds() {
    return !held.isEmpty() || waitsForServer();
  }

  /** The next reply seems to decline a command. */
  void expectDecline() {
    if (declined == null) {
      declined = new DeclinedCalls(guarded, new Declined());
    }
    declined.expect();
  }

  /** Whether the server has declined what comes first. */
  private boolean waitsForServer() {
    return declined != null && declined.pending();
  }

  /** Asks the server on behalf of a pool, while nobody else uses the connection. */
  void prove(Consumer<WireVerdict> asker) {
    if (!guarded.open()) {
      asker.accept(PathProof.lost(guarded));
      return;
    }
    proof.tell(asker);
    if (!proof.pending()) {
      proof.beginInBackground();
    }
  }

  /**
   * The proof that a pool asked for is overdue.
   *
   * @return whether the connection is lost, or given up now
   */
  boolean proofOverdue(long askedNanos) {
    if (!guarded.open()) {
      return true;
    }
    long now = System.nanoTime();
    String evidence =
        "no answer in %d ms; %s"
            .formatted(
                TimeUnit.NANOSECONDS.toMillis(now - askedNanos), guarded.snapshot(now).evidence());
    return doubts.overdue(Cause.PING_UNANSWERED, evidence, askedNanos, now);
  }

  /** The channel was read, and what had come whole was answered. */
  void read() {
    guarded.session().read();
    doubts.heard();
    if (proof.pending()) {
      proof.read(guarded.answered());
    }
    if (declined != null) {
      declined.read();
    }
    if (farewell != null) {
      farewell.read();
    }
    watch.onRead();
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) {
    if (!guarded.ready()) {
      noteHandshake(msg);
      ctx.write(msg, promise);
    } else if (msg instanceof RedisCommand<?, ?, ?> command) {
      admit(command, promise);
    } else if (msg instanceof Collection<?> batch) {
      for (Object element : batch) {
        admit((RedisCommand<?, ?, ?>) element, ctx.newPromise());
      }
      promise.trySuccess();
    } else {
      ctx.write(msg, promise);
    }
  }

  private void noteHandshake(Object msg) {
    if (msg instanceof RedisCommand<?, ?, ?> command) {
      handshake.add(command);
    } else if (msg instanceof Collection<?> batch) {
      batch.forEach(this::noteHandshake);
    }
  }

  /** Lettuce's command handler is through with the channel, its watchdog has not heard yet. */
  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    guarded.endpoint().release(guarded);
    ctx.fireChannelInactive();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
    if (event instanceof ConnectionEvents.Reset) {
      if (declined != null) {
        declined.cancelAll();
      }
      held.cancelAll();
      transactions.stopWaiting();
      proof.forget();
    }
    super.userEventTriggered(ctx, event);
  }

  private void admit(RedisCommand<?, ?, ?> command, ChannelPromise promise) {
    CommandKind kind = LettuceKinds.of(command);
    if (Calls.isDone(command)
        && !Calls.isMember(command)
        && !kind.endsTransaction()
        && kind != CommandKind.WATCH) {
      guarded.meters().called(1);
      guarded.meters().timedOut(1);
      promise.trySuccess(); // its caller has gone: Lettuce would not write it either
      return;
    }
    NotExecutedException refusal =
        Refusals.of(guarded, kind, command, held.endsInsideTransaction());
    if (refusal != null) {
      guarded.meters().called(1);
      if (kind == CommandKind.MULTI) {
        Calls.answerLostMulti(command);
      } else {
        Calls.fail(command, refusal);
      }
      promise.trySuccess();
    } else if (mayPass(kind, command)) {
      pass(kind, command, promise);
    } else {
      hold(kind, command, promise);
    }
  }

  private boolean mayPass(CommandKind kind, RedisCommand<?, ?, ?> command) {
    if (releasing || restoring || !guarded.open() || doubts.dark() || leaves()) {
      return false;
    }
    if (declined != null && declined.pending()) {
      return declined.letsPass(command) && !held.endsInsideTransaction();
    }
    if (!held.isEmpty() || transactions.mustWait(kind, command, this::release)) {
      return false;
    }
    if (proof.pending()) {
      return proof.letsRepeatablePass() && CommandSafety.of(command) == ReplaySafety.SAFE;
    }
    if (!guarded.stack().isEmpty()) {
      return true;
    }
    long now = System.nanoTime();
    if (guarded.clocks().sincePayload(now) < guarded.settings().probeAfter().toNanos()) {
      guarded.clocks().requested(now);
      return true;
    }
    return mayPassAfterIdle(kind, command, now);
  }

  private boolean mayPassAfterIdle(CommandKind kind, RedisCommand<?, ?, ?> command, long now) {
    long idle = guarded.clocks().sincePayload(now);
    IdleZone zone = guarded.settings().plan().zone(idle, guarded.clocks().sinceRequest(now));
    if (zone == IdleZone.EXPIRED) {
      guarded.condemn(Cause.IDLE_LIMIT, "idle for %d ms".formatted(idle / 1_000_000));
      return false;
    }
    guarded.meters().usedAfterIdle(idle, guarded.idleLimit().inForceNanos());
    boolean asked =
        zone == IdleZone.WARN || guarded.suspect(now) || guarded.idleLimit().isPast(idle);
    boolean repeatable = CommandSafety.of(command) == ReplaySafety.SAFE;
    boolean provesByCall =
        repeatable
            && kind.leavesNothing()
            && !kind.blocks(() -> LettuceWords.of(command))
            && proof.kernelCanTell();
    if (provesByCall
        && !asked
        && idle < guarded.kernelQuietNanos()
        && !guarded.session().insideTransaction()) {
      proof.beginByCall(guarded.handedDown() + 1, now);
      guarded.clocks().requested(now);
      return true;
    }
    WireSnapshot wire = guarded.snapshot(now);
    WireVerdict verdict = WireJudge.idle(wire);
    if (verdict instanceof WireVerdict.Dead dead) {
      guarded.condemn(dead.cause(), dead.evidence());
      return false;
    }
    if (guarded.session().insideTransaction()) {
      // Until EXEC nothing runs, and the server's QUEUED is the proof.
      return kind != CommandKind.EXEC || !proof.beginByKernel();
    }
    if (asked || verdict instanceof WireVerdict.Suspect) {
      return !proof.begin(true);
    }
    if (!repeatable) {
      return !proof.begin(false);
    }
    if (provesByCall) {
      proof.beginByCall(guarded.handedDown() + 1, wire);
    } else {
      proof.begin(false);
    }
    guarded.clocks().requested(now);
    return proof.letsRepeatablePass() || !proof.pending();
  }

  private void pass(CommandKind kind, RedisCommand<?, ?, ?> command, ChannelPromise promise) {
    boolean sent = transactions.pass(kind, command);
    promise.trySuccess();
    if (sent) {
      watch.onRequest();
      return;
    }
    guarded.meters().called(1);
    if (guarded.stack().isEmpty()) {
      proof.forgetCall();
    }
  }

  private void hold(CommandKind kind, RedisCommand<?, ?, ?> command, ChannelPromise promise) {
    held.add(kind, command, promise);
    if (proof.pending()) {
      proof.callerWaits();
    }
    if (transactions.isKnownBy(kind)) {
      release();
    }
  }

  /** The path is proved, or lit again. */
  private void release() {
    if (held.isEmpty()
        || releasing
        || !guarded.open()
        || proof.pending()
        || doubts.dark()
        || waitsForServer()
        || leaves()
        || transactions.waiting()) {
      return;
    }
    guarded.clocks().requested(System.nanoTime());
    releasing = true;
    try {
      held.release(this::pass);
    } finally {
      releasing = false;
    }
    handDown.flush();
  }

  /** The channel is gone: takes the held commands, whose promises Lettuce need not hear of. */
  void drainInto(Collection<RedisCommand<?, ?, ?>> commands) {
    watch.end();
    proof.abandon();
    transactions.stopWaiting();
    if (farewell != null) {
      farewell.end();
    }
    if (declined != null) {
      declined.drainInto(commands);
    }
    held.drainInto(commands);
  }

  private final class Declined implements DeclinedCalls.Gate {

    @Override
    public boolean send(RedisCommand<?, ?, ?> command) {
      guarded.clocks().requested(System.nanoTime());
      boolean sent = handDown.pass(LettuceKinds.of(command), command);
      if (sent) {
        watch.onRequest();
        handDown.flush();
      }
      return sent;
    }

    @Override
    public boolean insideTransaction() {
      return guarded.session().insideTransaction() || held.endsInsideTransaction();
    }

    @Override
    public void admit(RedisCommand<?, ?, ?> command) {
      WriteGate.this.admit(command, guarded.channel().newPromise());
      handDown.flush();
    }

    @Override
    public void reopen() {
      release();
    }
  }

  private void ping(ProbeCommand ping) {
    if (handDown.ping(ping)) {
      watch.onRequest();
    } else {
      proof.forget();
    }
  }
}
