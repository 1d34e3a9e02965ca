package dev.holdfast.http.reactor;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.internal.diagnosis.Answer;
import dev.holdfast.internal.http.KeepAliveHint;
import dev.holdfast.internal.socket.DialledBy;
import dev.holdfast.internal.socket.DialledName;
import dev.holdfast.internal.wire.ConnectionClocks;
import dev.holdfast.internal.wire.Opinion;
import dev.holdfast.internal.wire.SecondOpinion;
import dev.holdfast.internal.wire.WireHistory;
import dev.holdfast.internal.wire.WireProbe;
import dev.holdfast.path.ConnectionPlan;
import dev.holdfast.wire.WireSnapshot;
import dev.holdfast.wire.WireSource;
import io.netty.channel.Channel;
import io.netty.channel.local.LocalAddress;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.util.AsciiString;
import io.netty.util.AttributeKey;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
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
  private final ConnectionPlan plan;
  private final WireProbe wire;
  private final ConnectionClocks clocks = new ConnectionClocks(System.nanoTime());
  private final WireHistory history = new WireHistory();
  private final WriteLedger ledger = new WriteLedger();
  private final Retirement retirement;
  private final ConnectionEnd end = new ConnectionEnd(this);
  private final PathProof proof;
  private final PathWatch watch;
  private final InFlight inFlight;
  private final IdleRecord idleRecord = new IdleRecord();
  private final Http2Side http2 = new Http2Side(this);
  private final long probeAfterNanos;

  private @Nullable MessageTap tap;
  private long readNanos = System.nanoTime();
  private long worksSince = readNanos;
  private SocketAddress remote = NOWHERE;
  private volatile boolean askedToGo;
  private final DialledBy name;
  private boolean up;
  private Answer answeredBeside = Answer.UNKNOWN;
  private boolean lent;
  private boolean retiring;
  private boolean handedOver;
  private boolean named;
  private boolean sendsOnce;
  private volatile @Nullable WireSnapshot lastSnapshot;

  /**
   * @param plan of the path to its host
   */
  GuardedConnection(Channel channel, ReactorHttpGuard guard, ConnectionPlan plan) {
    this.channel = channel;
    this.guard = guard;
    this.plan = plan;
    this.wire = WireProbe.of(channel);
    this.name = new DialledBy(guard.names());
    this.probeAfterNanos = guard.settings().shared().probeAfter().toNanos();
    this.retirement = new Retirement(plan, clocks);
    this.inFlight = new InFlight(retirement);
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

  ConnectionPlan plan() {
    return plan;
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

  /** How it ends. */
  ConnectionEnd end() {
    return end;
  }

  /** Whether nothing comes through, to it or to others: nothing new may be written. Any thread. */
  boolean dark() {
    return watch.dark();
  }

  /** What a fresh connection to the same address tells; see {@link SecondOpinion#ask}. */
  Opinion ask(long sinceNanos) {
    return guard
        .opinions()
        .ask(remote, channel.localAddress(), null, channel.eventLoop(), sinceNanos);
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
    return end.near();
  }

  boolean idle() {
    return inFlight.isEmpty();
  }

  /** Whether it was connected, and is not closed. */
  boolean up() {
    return up;
  }

  /** What its idle times tell. */
  IdleRecord idleRecord() {
    return idleRecord;
  }

  /** What it does if it speaks HTTP/2. */
  Http2Side http2() {
    return http2;
  }

  /** What it carries. */
  InFlight inFlight() {
    return inFlight;
  }

  void connected() {
    SocketAddress address = channel.remoteAddress();
    remote = address == null ? NOWHERE : address;
    long now = System.nanoTime();
    clocks.read(now);
    clocks.requested(now);
    up = true;
    idleRecord.connected(guard.deaths().opened(remote, plan));
    guard.connected(this);
  }

  /** The channel is closed. */
  void leave() {
    if (up) {
      up = false;
      guard.disconnected(this);
    }
    idleRecord.closed();
  }

  /** Whether it is known by what name it was dialled, if by any. */
  boolean isNamed() {
    return named || !guard.names().areWatched();
  }

  /** It was dialled by a name, which is watched from now on; null if by none. */
  void dialledBy(@Nullable DialledName host) {
    named = true;
    if (host != null) {
      name.is(host);
    }
  }

  /**
   * A name has left an address: perhaps its own, and then it carries no further call. Any thread.
   */
  void leaveIf(DialledName gone) {
    if (name.leaveIf(gone)) {
      retirement.now();
      try {
        channel.eventLoop().execute(this::closeIfDone);
      } catch (RejectedExecutionException shutDown) {
        // and so is the connection; those of other loops hear of it, too
      }
    }
  }

  /** Whether its name does not lead to its address any more. Any thread. */
  boolean left() {
    return name.left();
  }

  /** Whether this is the first time that it is lent. */
  boolean lentFirst() {
    boolean first = !lent;
    lent = true;
    return first;
  }

  WireSnapshot snapshot(long nowNanos) {
    WireSnapshot snapshot = wire.read(nowNanos);
    lastSnapshot = snapshot;
    guard.meters().read(snapshot, history.took(snapshot, !channel.isWritable()));
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

  /** Whether its client wants nothing sent again that was sent. */
  void sendsOnce(boolean once) {
    sendsOnce = once;
  }

  /** The same. */
  boolean sendsOnce() {
    return sendsOnce;
  }

  /** A request is about to be written. */
  Exchange begin(Call call, String method) {
    return begin(call, null, method);
  }

  /** The same on a stream of HTTP/2. */
  Exchange begin(Call call, @Nullable Http2StreamChannel stream, String method) {
    long now = System.nanoTime();
    long idle = clocks.sincePayload(now);
    if (inFlight.isEmpty()) {
      idleRecord.ends(idle);
      if (idle >= probeAfterNanos) {
        history.wakes(snapshot(now), idle);
      }
    }
    Exchange exchange = new Exchange(call, this, stream, method, now);
    inFlight.add(exchange);
    clocks.requested(now);
    call.begins(exchange);
    watch.onRequest();
    if (stream != null) {
      http2.onStream();
    }
    return exchange;
  }

  /** The response is complete. */
  void finish(Exchange exchange) {
    if (inFlight.remove(exchange)) {
      if (exchange.beganNanos() - worksSince > 0) {
        worksSince = exchange.beganNanos();
      }
      clocks.requested(readNanos);
      idleRecord.answered();
      exchange.over();
      closeIfDone();
    }
  }

  /** The response was the last of HTTP: what follows is the client's alone, and so is the end. */
  void handOver(Exchange exchange) {
    handedOver = true;
    exchange.headDelivered();
    finish(exchange);
  }

  /** Whether the connection speaks another protocol than HTTP by now. */
  boolean handedOver() {
    return handedOver;
  }

  private void closeIfDone() {
    if (name.left() && inFlight.isEmpty()) {
      http2.closeOnceDone();
    }
    if (retiring && !handedOver && inFlight.isEmpty()) {
      channel.close();
    }
  }

  /** A stream of this connection ended and the connection goes on. */
  void streamEnded(Exchange exchange) {
    if (inFlight.remove(exchange)) {
      exchange.over();
      closeIfDone();
    }
  }

  /** What a response says about the connection that carried it. */
  void advertised(HttpResponse response) {
    if (!HttpUtil.isKeepAlive(response)) {
      end.announced();
    }
    if (response.headers().contains(KEEP_ALIVE)) {
      KeepAliveHint hint = KeepAliveHint.parse(response.headers().getAll(KEEP_ALIVE));
      retirement.advertised(hint);
      hint.timeout().ifPresent(idleRecord::advertised);
    }
  }

  /** A fresh connection was answered while this one was not, or not at first. */
  void answeredBeside(boolean atOnce) {
    answeredBeside = Answer.of(atOnce);
  }

  Answer wasAnsweredBeside() {
    return answeredBeside;
  }

  /** Gives the connection up. */
  void condemn(Cause cause, String evidence) {
    end.condemn(cause, evidence);
  }

  /** Whether it is to be closed as soon as nothing is in flight. */
  boolean retiring() {
    return retiring;
  }

  /** The server has announced its end, without an error (GOAWAY). */
  void askedToGo() {
    askedToGo = true;
  }

  /** Whether it has: then the close is planned, and nobody's churn. */
  boolean wasAskedToGo() {
    return askedToGo;
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
    idleRecord.survived(idle);
  }

  /** Whether the kernel can be asked. */
  boolean wired() {
    return wire.source() != WireSource.NONE;
  }
}
