package dev.holdfast.redis;

import dev.holdfast.internal.command.CommandKind;
import io.lettuce.core.protocol.RedisCommand;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * The state of one connection's session, as far as its server has confirmed it, and what is on its
 * way to change it. Whoever wants to send a byte of his own, hold or refuse a command, settle lost
 * ones or lend the connection to the next asks here.
 *
 * <p>A command that changes the session is noted when it is handed down; it counts once it has left
 * the stack of unanswered commands, by what its server said. That is looked up when somebody asks,
 * not with every answer. Where the answer is not known, because the caller had gone before it came,
 * the session is taken for what forbids most.
 *
 * <p>Confined to the event loop, except for {@link #untouched()}.
 */
final class Session {

  /** Whether the server collects commands for {@code EXEC}. */
  enum Transaction {
    NONE,
    OPEN,
    /** {@code MULTI} was sent, and nobody waited for the answer. */
    UNKNOWN
  }

  /** The shortest list from which commands of answered transactions are dropped. */
  private static final int SHORTEST_PRUNED = 256;

  private final LongSupplier answered;
  private final SessionMarks marks = new SessionMarks();
  private final ArrayDeque<SessionChange> underWay = new ArrayDeque<>(0);

  private Transaction transaction = Transaction.NONE;

  /** Whether a command handed down now would follow a MULTI without its end. */
  private boolean begun;

  private long latest;
  private boolean registered = true;
  private int watches;
  private boolean ended;

  /** Changes that the server has queued, to be made by {@code EXEC}. */
  private List<SessionChange> queuedChanges = List.of();

  private List<RedisCommand<?, ?, ?>> members = List.of();
  private int pruneAt = SHORTEST_PRUNED;
  private volatile boolean touched;
  private boolean looksAround;

  /**
   * @param answered how many of the commands handed down have been answered
   */
  Session(LongSupplier answered) {
    this.answered = answered;
  }

  /** A command of the handshake was answered: it says where the connection is at home. */
  void shakenHands(CommandKind kind, RedisCommand<?, ?, ?> command) {
    if (kind == CommandKind.SELECT || kind == CommandKind.HELLO) {
      marks.shakenHands(new SessionChange(kind, command, 0));
    }
  }

  /**
   * A command is handed down.
   *
   * @param position its number among those handed down, from 1
   */
  void handedDown(CommandKind kind, RedisCommand<?, ?, ?> command, long position) {
    if (marks.oneShotUsed()) {
      settleTouched();
    }
    latest = position;
    SessionChange change = kind.leavesNothing() ? null : new SessionChange(kind, command, position);
    if (change != null && position == 1 && isName(change)) {
      looksAround = true;
    }
    if (change == null || (kind.leavesByArguments() && marks.residueOf(change) == null)) {
      if (begun) {
        remember(command);
      }
      return;
    }
    touched = true;
    settle();
    if (kind == CommandKind.MULTI) {
      begun = true;
      registered = Calls.isRegistered(command);
    } else if (kind.endsTransaction() || kind == CommandKind.RESET) {
      begun = false;
    } else if (begun) {
      remember(command);
    }
    marks.handedDown(change);
    underWay.add(change);
  }

  /**
   * Lettuce answers such a command with its transaction, not with the server's {@code QUEUED}; if
   * {@code EXEC} fails it would leave it unanswered.
   */
  private void remember(RedisCommand<?, ?, ?> command) {
    if (members.isEmpty()) {
      members = new ArrayList<>();
    } else if (members.size() >= pruneAt) {
      members.removeIf(Calls::isDone);
      pruneAt =
          Math.max(SHORTEST_PRUNED, 2 * members.size()); // one long transaction: not each time
    }
    members.add(TransactionPart.callers(command));
  }

  private void settle() {
    if (ended || underWay.isEmpty()) {
      return;
    }
    long upTo = answered.getAsLong();
    for (SessionChange next = underWay.peek();
        next != null && next.position() <= upTo;
        next = underWay.peek()) {
      underWay.poll();
      answered(next, ServerAnswer.to(next.command()));
    }
    settleTouched();
  }

  private void settleTouched() {
    if (underWay.isEmpty() && transaction == Transaction.NONE && watches == 0 && marks.none()) {
      touched = false;
    }
  }

  private void answered(SessionChange change, ServerAnswer answer) {
    switch (change.kind()) {
      case MULTI -> multi(answer);
      case EXEC -> exec(answer);
      case DISCARD -> discard(answer);
      default -> {
        if (transaction != Transaction.NONE && answer == ServerAnswer.DONE) {
          queued(change);
        }
        if (transaction != Transaction.OPEN) {
          made(change, answer);
        }
      }
    }
  }

  private void multi(ServerAnswer answer) {
    if (answer == ServerAnswer.DONE) {
      transaction = Transaction.OPEN;
    } else if (answer == ServerAnswer.UNKNOWN && transaction == Transaction.NONE) {
      transaction = Transaction.UNKNOWN;
    } else if (transaction == Transaction.NONE && noMultiUnderWay()) {
      begun = false;
    }
  }

  private boolean noMultiUnderWay() {
    return underWay.stream().noneMatch(change -> change.kind() == CommandKind.MULTI);
  }

  private void exec(ServerAnswer answer) {
    switch (answer) {
      case DONE, UNKNOWN -> {
        for (SessionChange change : queuedChanges) {
          made(change, ServerAnswer.to(change.command()));
        }
        transactionIsOver();
      }
      case NOT_RUN, ABORTED, NO_TRANSACTION -> transactionIsOver();
      case REFUSED -> {} // by Redis before 6.2: the transaction stays open
    }
  }

  private void discard(ServerAnswer answer) {
    if (answer != ServerAnswer.REFUSED) {
      transactionIsOver();
    }
  }

  private void transactionIsOver() {
    transaction = Transaction.NONE;
    watches = 0;
    queuedChanges = List.of();
    if (!begun) {
      members = List.of(); // Lettuce has answered them, or never will
    }
  }

  private void queued(SessionChange change) {
    if (queuedChanges.isEmpty()) {
      queuedChanges = new ArrayList<>(2);
    }
    queuedChanges.add(change);
  }

  private void made(SessionChange change, ServerAnswer answer) {
    boolean perhaps = answer == ServerAnswer.DONE || answer == ServerAnswer.UNKNOWN;
    if (!perhaps) {
      return;
    }
    switch (change.kind()) {
      case WATCH -> watches++;
      case UNWATCH -> watches = answer == ServerAnswer.DONE ? 0 : watches;
      case RESET -> {
        transactionIsOver();
        marks.reset();
      }
      default -> {
        marks.made(change, answer == ServerAnswer.DONE);
        if (change.position() < latest) {
          marks.oneShotUsed(); // by a command that followed before the answer came
        }
      }
    }
  }

  /**
   * Whether a command that nobody asked for may be sent, and would be answered as it would be on a
   * new connection.
   */
  boolean plain() {
    settle();
    return underWay.isEmpty()
        && transaction == Transaction.NONE
        && watches == 0
        && marks.answersAsUsual();
  }

  /** Whether the server speaks only when it is asked, or marks what it says unasked. */
  boolean answersOnly() {
    settle();
    return marks.answersOnly();
  }

  /** Whether the server says what nobody has asked for at that moment. */
  boolean listens() {
    settle();
    return marks.listens();
  }

  /** Whether a command issued now would belong to a transaction that was begun on this channel. */
  boolean insideTransaction() {
    if (!begun) {
      return false;
    }
    settle(); // it may have been refused meanwhile
    return begun;
  }

  /** Whether Lettuce knows of the latest transaction, and so registers its commands. */
  boolean registered() {
    return registered;
  }

  /** As the last answered command left it: the first unanswered one was met by it. */
  Transaction transaction() {
    settle();
    return transaction;
  }

  /** How many {@code WATCH} are in force. */
  int watches() {
    settle();
    return watches;
  }

  /** The channel's end is certain, and its stack about to be taken apart: what is known stays. */
  void end() {
    settle();
    ended = true;
  }

  /** Everything was answered: no transaction's fate is open any more. */
  void quiet() {
    settle();
    if (!begun && !members.isEmpty()) {
      members = List.of();
    }
  }

  /** Commands of transactions, in order, some of them answered long since. */
  List<RedisCommand<?, ?, ?>> members() {
    return members;
  }

  /** False once a command was handed down that may have left something. Any thread. */
  boolean untouched() {
    return !touched;
  }

  private static boolean isName(SessionChange change) {
    return change.kind() == CommandKind.CLIENT && change.word().equals("SETNAME");
  }

  /**
   * Whether it is Lettuce that looks at the topology: such connections it names before it asks
   * ({@code DefaultClusterTopologyRefresh}, {@code MasterReplicaTopologyRefresh}), others in their
   * handshake. What is lost of such a look is of no use once that server is back, and the look at
   * all others waits for it.
   */
  boolean looksAround() {
    return looksAround;
  }

  /** The channel was read: what that has answered is looked up while it is cheap. */
  void read() {
    if (!underWay.isEmpty()) {
      settle();
    }
  }

  /** The client itself has renewed its credentials: that is nobody's residue. */
  void forgetIdentity() {
    marks.forgetIdentity();
    settleTouched();
  }

  /** Settings by {@code CLIENT} commands that the next channel has to be told again. */
  List<SessionChange> settings() {
    return marks.settings();
  }

  /** What the next channel may find again, for Lettuce restores it. */
  EnumSet<Residue> lasting() {
    return marks.residues();
  }

  /** What answered commands have left behind, or may have, and what those under way may leave. */
  EnumSet<Residue> residues() {
    settle();
    EnumSet<Residue> left = marks.residues();
    for (SessionChange change : underWay) {
      Residue residue = marks.residueOf(change);
      if (residue != null) {
        left.add(residue);
      }
    }
    if (transaction != Transaction.NONE || begun) {
      left.add(Residue.TRANSACTION);
    }
    if (watches > 0) {
      left.add(Residue.WATCH);
    }
    return left;
  }
}
