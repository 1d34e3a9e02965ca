package dev.holdfast.redis.jedis;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.internal.socket.Caller;
import dev.holdfast.internal.socket.Death;
import dev.holdfast.internal.socket.GuardedSocket;
import dev.holdfast.internal.socket.OpenSocket;
import dev.holdfast.internal.socket.ReuseCheck;
import dev.holdfast.pool.Liveness;
import dev.holdfast.redis.Residue;
import dev.holdfast.retry.Delivery;
import dev.holdfast.retry.ReplaySafety;
import dev.holdfast.wire.WireSnapshot;
import dev.holdfast.wire.WireSource;
import java.io.IOException;
import java.net.SocketTimeoutException;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.CommandObject;
import redis.clients.jedis.Connection;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.RedisProtocol;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;

/**
 * One connection of a pool, from its handshake to its end. Every command, whoever sends it, passes
 * {@link #sendCommand} and every answer {@link #readProtocolWithCheckingBroken}. Used by one
 * borrower at a time; it may be closed by any thread.
 */
final class GuardedConnection extends Connection implements ReuseCheck.Input {

  /** Nobody's idle limit is so short, and what arrives within it is the answer before. */
  private static final long YOUNG_NANOS = 10_000_000;

  private final JedisParts guard;
  private final JedisDial dial;
  private final OpenSocket open;
  private final GuardedSocket socket;
  private final int timeoutMillis;

  /** Null during the handshake, which the constructor of Jedis' class runs. */
  private final @Nullable JedisSession session;

  private final Liveness liveness;
  private @Nullable JedisLease lease;

  /** Lent by a pool of Jedis' own, for whatever its borrower does with it. */
  private boolean kept;

  /** What is sent is the guard's own. */
  private boolean probing;

  /** A single command of which its caller here decides what becomes if it is lost. */
  private boolean decidedElsewhere;

  /** Its borrower waits without a timeout, or with the one for blocking commands. */
  private boolean infinite;

  private @Nullable JedisCommand latest;
  private ReplaySafety latestSafety = ReplaySafety.UNSAFE;
  private long offeredBefore;
  private long takenBefore;
  private long checkedNanos;

  /**
   * Connects, and shakes hands as Jedis does.
   *
   * @throws redis.clients.jedis.exceptions.JedisException as Jedis' own connection
   */
  GuardedConnection(JedisParts guard, JedisDial dial, JedisClientConfig config, Liveness liveness) {
    super(dial, config);
    this.guard = guard;
    this.dial = dial;
    this.open = dial.open();
    this.socket = dial.socket();
    this.timeoutMillis = getSoTimeout();
    this.session = new JedisSession(config.getDatabase());
    this.liveness = liveness;
    this.checkedNanos = System.nanoTime();
    open.answered();
    open.rests(true);
  }

  // The pool.

  /** Belongs to a borrower from now on. */
  void lend(JedisLease to) {
    lease = to;
  }

  /** Belongs to a borrower of another pool from now on. */
  void keep() {
    kept = true;
  }

  /**
   * Looks at it before it is lent, and asks the server where that matters: a connection whose
   * server has closed it, and whose FIN was lost, looks well to the kernel. May block.
   *
   * @param mayRunTwice whether the call it is for can be repeated
   * @return why it must not be used; null if it may
   */
  @Nullable Death refuse(boolean mayRunTwice) {
    if (isBroken() || !isConnected()) {
      return new Death(Cause.PEER_CLOSED, "closed");
    }
    long now = System.nanoTime();
    long idle = idleNanos(now);
    checkedNanos = now;
    if (mayRunTwice && idle < YOUNG_NANOS) {
      return null; // it is sent again if need be: no reason to ask the kernel each time
    }
    Death found = socket.judge(this, true, Caller.PATIENT);
    return found != null || mayRunTwice || idle < probeAfterNanos()
        ? found
        : disprove(timeoutMillis);
  }

  /** It is not used any more, for a reason. */
  void dies(Death why) {
    liveness.dead(why.cause());
    setBroken();
    socket.giveUp(why);
  }

  /** Its borrower is through with it; null if it is as it was lent. */
  @Nullable Residue returned() {
    lease = null;
    kept = false;
    JedisSession book = session;
    Residue left = book == null ? null : book.residue();
    if (left == null && JedisBuffer.holdsInput(this)) {
      left = Residue.UNANSWERED;
    }
    if (left == null && !isBroken() && (infinite || getSoTimeout() != timeoutMillis)) {
      setSoTimeout(timeoutMillis);
    }
    infinite = false;
    return left;
  }

  /**
   * Asks the server by a PING. The guard watches the path meanwhile, and ends the wait if that
   * dies.
   *
   * @param millis how long to wait; 0 for as long as it takes
   * @return why it must not be used; null if the server has answered
   */
  @Nullable Death disprove(int millis) {
    long began = System.nanoTime();
    Death found = ping(millis);
    guard.meters().probed(found == null);
    guard.meters().held(System.nanoTime() - began);
    return found;
  }

  private @Nullable Death ping(int millis) {
    probing = true;
    try {
      int before = socket.getSoTimeout();
      socket.setSoTimeout(millis);
      try {
        ping();
      } catch (JedisDataException answered) {
        // the server said something: NOAUTH, LOADING
      }
      socket.setSoTimeout(before);
      return null;
    } catch (LostJedisConnection lost) {
      return lost.death();
    } catch (JedisConnectionException | IOException failed) {
      return new Death(Cause.PEER_CLOSED, failed.getClass().getSimpleName());
    } catch (RuntimeException another) {
      return new Death(Cause.UNSOLICITED_INPUT, "another answer than PONG");
    } finally {
      probing = false;
    }
  }

  boolean readable() {
    return open.source() != WireSource.NONE;
  }

  WireSnapshot snapshot() {
    return open.read(System.nanoTime());
  }

  OpenSocket open() {
    return open;
  }

  /** How long the client waits for an answer; 0 for as long as it takes. */
  int timeoutMillis() {
    return timeoutMillis;
  }

  /** Closes the socket, whoever has the connection. */
  void shut() {
    setBroken();
    dial.abandon();
  }

  @Override
  public long taken() {
    return dial.tls() ? -1 : socket.receivedBytes();
  }

  @Override
  public @Nullable Death unasked(WireSnapshot wire, long idleNanos) {
    boolean borrowed = lease != null || kept;
    if (borrowed
        && getRedisProtocol() == RedisProtocol.RESP3
        && JedisSupport.tellsPushesFromAnswers()) {
      return null; // what its server pushes is its borrower's
    }
    if (wire.source() != WireSource.NONE
        && !dial.tls()
        && open.received() == socket.receivedBytes()) {
      return null;
    }
    try {
      return !dial.tls() && socket.getInputStream().available() > 0
          ? new Death(Cause.UNSOLICITED_INPUT, "input on an idle connection")
          : null;
    } catch (IOException failed) {
      return Death.of(failed).orElse(new Death(Cause.PEER_RESET, "unreadable"));
    }
  }

  // The borrower.

  @Override
  public <T> T executeCommand(CommandObject<T> call) {
    JedisLease terms = lease;
    JedisLosses losses = terms == null ? null : terms.losses();
    return losses == null ? super.executeCommand(call) : losses.run(this, call);
  }

  /**
   * Without a second attempt.
   *
   * @throws LostJedisConnection if its connection was lost
   */
  <T> T once(CommandObject<T> call) {
    decidedElsewhere = true;
    try {
      return super.executeCommand(call);
    } finally {
      decidedElsewhere = false;
    }
  }

  @Override
  public void setTimeoutInfinite() {
    boolean well = !isBroken();
    try {
      super.setTimeoutInfinite();
      infinite = true;
    } catch (JedisConnectionException ended) {
      throw session == null ? ended : lost(ended, false, well);
    }
  }

  /** What has ended has no timeout: who waited gets the answer, or hears why there is none. */
  @Override
  public void rollbackTimeout() {
    infinite = false;
    try {
      if (!isBroken()) {
        super.rollbackTimeout();
      }
    } catch (JedisConnectionException ended) {
      setBroken();
    }
  }

  @Override
  public void sendCommand(CommandArguments args) {
    JedisSession book = session;
    if (book == null) {
      super.sendCommand(args);
      return;
    }
    JedisCommand command = JedisCommand.of(args);
    boolean first = book.answersAsUsual() && book.quiet();
    ReplaySafety safety = first ? command.safety(args) : ReplaySafety.UNSAFE;
    if (first) {
      begins(book, command, safety);
    }
    latestSafety = safety; // of a unit none
    latest = command;
    book.sent(command, args);
    boolean well = !isBroken();
    try {
      super.sendCommand(args);
    } catch (JedisConnectionException lost) {
      throw lost(lost, well, well);
    } catch (Throwable theCallers) {
      setBroken(); // half a command may stand in the buffer
      throw theCallers;
    }
  }

  /** Everything sent before was answered: what follows is a command, or a unit of them. */
  private void begins(JedisSession book, JedisCommand command, ReplaySafety safety) {
    if (!probing) {
      guard.meters().called(1);
      if (safety != ReplaySafety.SAFE && idleNanos(System.nanoTime()) >= probeAfterNanos()) {
        proveSession(book, command);
      }
    }
    offeredBefore = socket.offeredBytes();
    takenBefore = socket.receivedBytes();
    open.begins();
  }

  /**
   * Its borrower has kept it idle. No byte of ours goes into a session that is not plain: there the
   * kernel is asked, and its age alone ends no session that somebody keeps.
   */
  private void proveSession(JedisSession book, JedisCommand command) {
    Death dead =
        book.plain()
            ? disprove(timeoutMillis)
            : guard.reuse().refuse(open, this, false, true, Caller.PATIENT);
    if (dead != null && !dead.cause().byChoice()) {
      offeredBefore = socket.offeredBytes();
      latest = command;
      dies(dead);
      throw lost(new JedisConnectionException(dead.cause().text()), true, true);
    }
  }

  /** Since it was last heard of, or looked at. */
  private long idleNanos(long now) {
    return Math.min(open.clocks().sincePayload(now), now - checkedNanos);
  }

  private long probeAfterNanos() {
    return guard.sockets().settings().probeAfter().toNanos();
  }

  @Override
  protected void flush() {
    boolean well = !isBroken();
    try {
      super.flush();
    } catch (JedisConnectionException lost) {
      throw session == null ? lost : lost(lost, well && isKernels(lost), well);
    }
  }

  /** A close by another thread fails a write too of which the kernel has taken all. */
  private static boolean isKernels(JedisConnectionException lost) {
    return lost.getCause() instanceof IOException wire && Death.of(wire).isPresent();
  }

  @Override
  protected Object readProtocolWithCheckingBroken() {
    JedisSession book = session;
    if (book == null) {
      return super.readProtocolWithCheckingBroken();
    }
    boolean well = !isBroken();
    try {
      Object answer = super.readProtocolWithCheckingBroken();
      book.answered(null, answer == null);
      answered(book);
      return answer;
    } catch (JedisDataException refused) {
      book.answered(refused, false);
      answered(book);
      throw refused;
    } catch (JedisConnectionException lost) {
      throw lost(lost, false, well);
    }
  }

  private void answered(JedisSession book) {
    open.answered();
    if (book.quiet() && book.answersAsUsual()) {
      open.rests(false);
    }
    liveness.traffic();
  }

  /**
   * What its borrower gets, whose connection this was.
   *
   * @param unfinished whether it ended while a command was being written: the kernel never took
   *     that one whole
   * @param well whether it was in use until then
   */
  private JedisConnectionException lost(
      JedisConnectionException word, boolean unfinished, boolean well) {
    if (word instanceof LostJedisConnection || JedisOutcome.isOne(word)) {
      return word;
    }
    Death why = death(word, well);
    setBroken();
    if (!(word.getCause() instanceof SocketTimeoutException) || open.end().death() != null) {
      liveness.dead(why.cause());
    }
    open.end().dies(why);
    LostJedisConnection lost = new LostJedisConnection(why, delivery(unfinished), word);
    return probing || decidedElsewhere ? lost : JedisOutcome.ofUnit(guard.meters(), this, lost);
  }

  private Delivery delivery(boolean unfinished) {
    JedisSession book = session;
    if (book != null && book.quiet()) {
      return Delivery.NEVER_SENT;
    }
    boolean alone = book == null || book.unanswered() <= 1;
    if (socket.offeredBytes() == offeredBefore || (unfinished && alone)) {
      return Delivery.NEVER_SENT;
    }
    return socket.receivedBytes() > takenBefore
        ? Delivery.ANSWERED_IN_PART
        : Delivery.SENT_UNANSWERED;
  }

  private Death death(JedisConnectionException word, boolean well) {
    Death known = open.end().death();
    if (known != null) {
      return known;
    }
    if (word.getCause() instanceof IOException wire) {
      return Death.of(wire)
          .orElse(new Death(Cause.LOCAL_CLOSE, wire.getClass().getSimpleName())); // or interrupted
    }
    if (!well) {
      return new Death(Cause.LOCAL_CLOSE, "closed before");
    }
    return JedisConnector.isForeign(word)
        ? new Death(Cause.UNSOLICITED_INPUT, "an answer that is not of its protocol")
        : new Death(Cause.PEER_CLOSED, "end of input");
  }

  @Nullable JedisSession session() {
    return session;
  }

  @Nullable JedisCommand latest() {
    return latest;
  }

  ReplaySafety latestSafety() {
    return latestSafety;
  }

  /** Gives it back, once; what is closed twice was somebody else's the second time. */
  @Override
  public void close() {
    JedisLease terms = lease;
    if (kept || (terms != null && terms.shown())) {
      super.close(); // Jedis' own pool has it
    } else {
      giveBack();
    }
  }

  void giveBack() {
    JedisLease terms = lease;
    if (terms != null) {
      terms.giveBack(this);
    }
  }

  @Override
  public void disconnect() {
    if (session == null || (lease == null && !kept)) {
      super.disconnect();
      return;
    }
    setBroken(); // given up by its borrower: closed when it comes back
    shut();
  }

  @Override
  public String toString() {
    return "guarded connection to " + dial;
  }
}
