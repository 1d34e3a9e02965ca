package dev.holdfast.redis;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.internal.channel.Abort;
import dev.holdfast.internal.diagnosis.Answer;
import dev.holdfast.internal.diagnosis.IdleLimit;
import dev.holdfast.internal.diagnosis.IdleWitness;
import dev.holdfast.internal.report.GuardMeters;
import dev.holdfast.internal.wire.ConnectionClocks;
import dev.holdfast.internal.wire.SocketErrors;
import dev.holdfast.internal.wire.WireHistory;
import dev.holdfast.internal.wire.WireProbe;
import dev.holdfast.internal.wire.WireProbe.KeepAliveSettings;
import dev.holdfast.wire.WireSnapshot;
import dev.holdfast.wire.WireSource;
import io.lettuce.core.protocol.CommandHandler;
import io.lettuce.core.protocol.ConnectionWatchdog;
import io.lettuce.core.protocol.RedisCommand;
import io.netty.channel.Channel;
import io.netty.channel.local.LocalAddress;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The state the guard's handlers on one channel share. Confined to the channel's event loop, except
 * for {@link #lastSnapshot()}.
 */
final class GuardedChannel {

  static final String WRITE_DECLINED = "READONLY in answer to a write";

  private static final SocketAddress NOWHERE = new LocalAddress("nowhere");

  /** Why the connection ends. */
  record Death(Cause cause, String evidence, long atNanos) {}

  private final Channel channel;
  private final CommandHandler commandHandler;
  private final EndpointState endpoint;
  private final GuardSettings settings;
  private final GuardMeters meters;
  private final WireProbe wire;
  private final ConnectionClocks clocks = new ConnectionClocks(System.nanoTime());
  private final SendLedger ledger;
  private final Session session = new Session(this::answered);
  private final WireHistory history = new WireHistory();
  private final ChannelDeaths deaths;

  private SocketAddress remote = NOWHERE;
  private @Nullable IdleWitness witness;
  private long handedDown;
  private long received;
  private long kernelQuietNanos;
  private boolean bounded = true;
  private boolean rejects = true;
  private boolean ready;
  private boolean condemned;
  private Answer answeredBeside = Answer.UNKNOWN;
  private @Nullable Death death;
  private @Nullable String thrownHere;
  private @Nullable Throwable raised;
  private @Nullable Maintenance maintenance;
  private volatile @Nullable WriteGate gate;
  private volatile @Nullable WireSnapshot lastSnapshot;

  GuardedChannel(
      Channel channel,
      CommandHandler commandHandler,
      EndpointState endpoint,
      GuardSettings settings,
      GuardMeters meters,
      ChannelDeaths deaths) {
    this.channel = channel;
    this.commandHandler = commandHandler;
    this.endpoint = endpoint;
    this.settings = settings;
    this.meters = meters;
    this.deaths = deaths;
    this.wire = WireProbe.of(channel);
    this.ledger = new SendLedger(channel, this::writeFailed);
  }

  Channel channel() {
    return channel;
  }

  CommandHandler commandHandler() {
    return commandHandler;
  }

  /** The commands written and not yet answered, in order. */
  Queue<RedisCommand<?, ?, ?>> stack() {
    return commandHandler.getStack();
  }

  EndpointState endpoint() {
    return endpoint;
  }

  GuardSettings settings() {
    return settings;
  }

  GuardMeters meters() {
    return meters;
  }

  WireProbe wire() {
    return wire;
  }

  ConnectionClocks clocks() {
    return clocks;
  }

  SendLedger ledger() {
    return ledger;
  }

  Session session() {
    return session;
  }

  /** The number of the latest command that went to Lettuce's stack of unanswered ones. */
  long handedDown() {
    return handedDown;
  }

  void countHandedDown(int commands) {
    handedDown += commands;
  }

  /** How many of them have been answered: they leave the stack in order. */
  long answered() {
    return handedDown - stack().size();
  }

  /** Whether commands were handed down, and not one was answered. */
  boolean leftUnanswered() {
    return handedDown > 0 && answered() <= 0;
  }

  /** Whether Lettuce refuses commands beyond some number, as far as is known. */
  boolean bounded() {
    return bounded;
  }

  /**
   * Whether what was not sent goes to a next connection: not if the client reconnects none, rejects
   * what a lost one leaves behind, or may do so for all that is known.
   */
  boolean reconnects() {
    return !rejects && channel.pipeline().get(ConnectionWatchdog.class) != null;
  }

  /** The client's options are in force here, and say so. */
  void options(boolean bounded, boolean rejects) {
    this.bounded = bounded;
    this.rejects = rejects;
  }

  WireHistory history() {
    return history;
  }

  /** Whether the connection may be given up because its server is a replica. */
  boolean mayLeaveReplica(long nowNanos) {
    return deaths.replicasLeft().mayLeave(endpoint, nowNanos);
  }

  /**
   * The server is a replica.
   *
   * @param evidence {@link #WRITE_DECLINED}, or how else it is known
   */
  void leaveReplica(long nowNanos, String evidence) {
    deaths.replicasLeft().leaves(endpoint, nowNanos);
    condemn(Cause.DEMOTED, evidence);
  }

  /** Where the connection leads; known once it is ready. For comparison only, never for people. */
  SocketAddress remote() {
    return remote;
  }

  /** Nothing passed for a while, and everything went on. */
  void wasDark(Duration dark, boolean orServerSlow) {
    deaths.wasDark(dark, orServerSlow);
  }

  /**
   * Since when nothing is known to have come through: payload, or as far back as the kernel heard
   * anything at the latest reading.
   */
  long unheardNanos(long nowNanos) {
    long unread = clocks.sinceRead(nowNanos);
    WireSnapshot latest = lastSnapshot;
    if (latest == null || latest.source() == WireSource.NONE || settings.plan().terminated()) {
      return unread;
    }
    long heard = latest.takenAtNanos() - TimeUnit.MILLISECONDS.toNanos(latest.lastAckRecvMillis());
    return Math.min(unread, nowNanos - heard);
  }

  /** A fresh connection was answered while this one was not. */
  void answeredBeside(boolean atOnce) {
    answeredBeside = Answer.of(atOnce);
  }

  Answer wasAnsweredBeside() {
    return answeredBeside;
  }

  /** Whether a sibling died in a way that this connection, idle since, may share. */
  boolean suspect(long nowNanos) {
    return deaths.suspects(remote, nowNanos - clocks.sincePayload(nowNanos));
  }

  /** The connection was used with success after an idle time. */
  void proved(long nowNanos, Duration idle) {
    deaths.proved(this, nowNanos, idle);
  }

  /** Its part in what is learned of its address; null before it is ready. */
  @Nullable IdleWitness witness() {
    return witness;
  }

  /** How long connections to the same address may be idle, as far as was learned. */
  IdleLimit idleLimit() {
    IdleWitness mine = witness;
    return mine == null ? deaths.idleLimit(remote) : mine.limit();
  }

  /** Lettuce's handshake is done: from here on the channel carries the user's commands. */
  void becomeReady() {
    ready = true;
    SocketAddress address = channel.remoteAddress();
    remote = address == null ? NOWHERE : address;
    long now = System.nanoTime();
    clocks.read(now);
    clocks.requested(now);
    meters.connections(wire.source(), 1);
    witness = idleLimit().opened();
    KeepAliveSettings keepAlive = wire.keepAlive();
    kernelQuietNanos =
        keepAlive.enabled()
            ? TimeUnit.SECONDS.toNanos(keepAlive.idleSeconds())
            : Long.MAX_VALUE; // it never probes
  }

  /** Idle for less, the kernel has not probed the peer and a reading tells nothing new. */
  long kernelQuietNanos() {
    return kernelQuietNanos;
  }

  /** Where commands pass, from when the channel is ready. Any thread. */
  @Nullable WriteGate gate() {
    return gate;
  }

  /** The guard is closed: no timer from now on. Any thread. */
  void stopWatching() {
    onEventLoop(WriteGate::stopWatching);
  }

  /** Its server was replaced. Any thread. */
  void leave(String why) {
    onEventLoop(commands -> condemn(Cause.DEMOTED, why));
  }

  /** Its server's name leads elsewhere. Any thread. */
  void leaveGently(String why) {
    onEventLoop(commands -> commands.leaveGently(why));
  }

  /** Another connection to the same server was declined a write. Any thread. */
  void leaveReplicaIfQuiet() {
    onEventLoop(WriteGate::leaveReplicaIfQuiet);
  }

  private void onEventLoop(Consumer<WriteGate> step) {
    WriteGate commands = gate;
    if (commands != null) {
      try {
        channel.eventLoop().execute(() -> step.accept(commands));
      } catch (RejectedExecutionException shutDown) {
        // then its timers have ended
      }
    }
  }

  void passesThrough(WriteGate commands) {
    gate = commands;
  }

  /** A channel that had become ready is closed. */
  void leave() {
    meters.connections(wire.source(), -1);
    if (maintenance != null) {
      maintenance.end();
    }
    IdleWitness mine = witness;
    if (mine != null) {
      mine.closed();
    }
  }

  boolean ready() {
    return ready;
  }

  /** Whether commands may still be handed to this channel. */
  boolean open() {
    return !condemned && channel.isActive();
  }

  WireSnapshot snapshot(long nowNanos) {
    WireSnapshot snapshot = wire.read(nowNanos);
    lastSnapshot = snapshot;
    meters.read(snapshot, history.took(snapshot, !channel.isWritable()));
    return snapshot;
  }

  /** The latest reading, for other threads; null before the first. */
  @Nullable WireSnapshot lastSnapshot() {
    return lastSnapshot;
  }

  /** The server may announce maintenance. */
  void listensFor(Maintenance announced) {
    maintenance = announced;
  }

  /** Lettuce has heard that the channel is active. */
  void beginMaintenance() {
    if (maintenance != null) {
      maintenance.begin();
    }
  }

  /** Whether it is in maintenance, by its own word. */
  boolean inMaintenance(long nowNanos) {
    return maintenance != null && maintenance.lasts(nowNanos);
  }

  /** Whether the end that has come, or is near, was announced. */
  boolean endsAsAnnounced() {
    return causeOfDeath() == Cause.MAINTENANCE
        || LettuceSupport.movesAsAsked(channel)
        || inMaintenance(System.nanoTime());
  }

  /** Notes why the connection ends; the first reason stays. */
  void dies(Cause cause, String evidence) {
    if (death == null) {
      Maintenance announced = maintenance;
      death =
          announced != null && announced.explains(cause)
              ? new Death(Cause.MAINTENANCE, announced.evidence(evidence), System.nanoTime())
              : new Death(cause, evidence, System.nanoTime());
      endpoint.died(death.cause());
    }
  }

  /** The same for an error of the socket, read or met while writing. */
  void dies(Throwable failure) {
    if (WireFailure.isTls(failure)) {
      dies(Cause.PEER_RESET, "TLS failed");
      return;
    }
    Cause cause = SocketErrors.cause(String.valueOf(failure.getMessage()));
    if (cause == Cause.PEER_RESET && death == null) {
      history.reset(wire.read(System.nanoTime()));
    }
    dies(cause, WireFailure.words(cause));
  }

  /** The channel is gone; the reason is the one noted before, if any was. */
  void ends(boolean closedHere) {
    String thrown = thrownHere;
    if (thrown != null) {
      dies(Cause.LOCAL_CLOSE, thrown);
    } else {
      dies(closedHere ? Cause.LOCAL_CLOSE : Cause.PEER_CLOSED, "no error was read");
    }
  }

  /**
   * A handler, codec or other part of the client threw. Its text may quote a value, so it is not
   * kept.
   */
  void refused(Throwable thrown) {
    thrownHere = "a handler or codec of the client's threw " + thrown.getClass().getSimpleName();
  }

  /** Something was read, and dealt with. */
  void heard() {
    thrownHere = null;
  }

  /** The transport raised an exception; handlers pass it on. */
  void raised(Throwable failure) {
    raised = failure;
  }

  /** Whether an exception in the pipeline is the socket's, or that of the TLS upon it. */
  boolean cameFromTheWire(Throwable failure) {
    return failure == raised || WireFailure.isTls(failure);
  }

  /**
   * A reset may first be met by a write, and only its promise is told. A closed channel's own
   * refusal says nothing of the wire.
   */
  private void writeFailed(Throwable failure) {
    Throwable first = WireFailure.first(failure);
    if (!(first instanceof ClosedChannelException) && WireFailure.ofWrite(first)) {
      dies(first);
    }
  }

  /** Payload was read. */
  void received(int bytes) {
    received += bytes;
  }

  /** The peer has closed, and the socket is still open. */
  void peerClosed() {
    ledger.peerClosed(wire.acknowledgedByFin(received));
  }

  /** Nothing can be written any more: nothing is handed down, and what has arrived is read. */
  void closeOnceRead() {
    if (!condemned && channel.isActive()) {
      condemned = true;
      channel
          .eventLoop()
          .schedule(() -> channel.close(), WireFailure.READ_WITHIN.toNanos(), TimeUnit.NANOSECONDS);
    }
  }

  @Nullable Death death() {
    return death;
  }

  @Nullable Cause causeOfDeath() {
    return death == null ? null : death.cause();
  }

  /** Gives the connection up. */
  void condemn(Cause cause, String evidence) {
    if (condemned || !channel.isActive()) {
      return;
    }
    condemned = true;
    dies(cause, evidence);
    Abort.soon(channel);
  }
}
