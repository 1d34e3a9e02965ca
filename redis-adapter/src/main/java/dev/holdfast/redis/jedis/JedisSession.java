package dev.holdfast.redis.jedis;

import dev.holdfast.internal.command.CommandKind;
import dev.holdfast.internal.command.CommandWords;
import dev.holdfast.internal.command.SessionTable;
import dev.holdfast.redis.Residue;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.exceptions.JedisDataException;

/**
 * What the server has confirmed of one connection's session, and what it was asked and has not
 * answered yet. Confined to whoever has the connection.
 */
final class JedisSession {

  /** {@code UNKNOWN}: {@code MULTI} was sent, and the server's word on it is missing. */
  enum Transaction {
    NONE,
    UNKNOWN,
    OPEN
  }

  /** Something other than an ordinary command. */
  private record Change(long position, CommandKind kind, String word, String second) {}

  private static final Set<CommandKind> ENDS_ANSWERS =
      EnumSet.of(CommandKind.SUBSCRIBE, CommandKind.MONITOR, CommandKind.STREAM);

  private final String home;
  private final ArrayDeque<Change> underWay = new ArrayDeque<>(4);
  private final EnumSet<Residue> residues = EnumSet.noneOf(Residue.class);
  private List<Change> queued = List.of();
  private Transaction transaction = Transaction.NONE;
  private long sent;
  private long answered;
  private int watches;

  /** What the next command uses up, and the position of the command that left it. */
  private @Nullable Residue oneShot;

  private long oneShotSince;

  /** Answers no longer come one for each command, for as long as the connection lives. */
  private volatile boolean strange;

  /**
   * @param database that it was opened with
   */
  JedisSession(int database) {
    this.home = Integer.toString(database);
  }

  /** About to be sent. */
  void sent(JedisCommand command, CommandArguments args) {
    if (strange) {
      return; // another thread may be reading
    }
    sent++;
    CommandKind kind = command.kind();
    if (kind.leavesNothing()) {
      return;
    }
    boolean worded = kind.leavesByArguments() || kind == CommandKind.SELECT;
    CommandWords words = worded ? JedisCommand.words(args) : CommandWords.of(List.of());
    underWay.add(new Change(sent, kind, words.at(0), words.at(1)));
    strange =
        ENDS_ANSWERS.contains(kind)
            || (kind == CommandKind.CLIENT && words.first().equals("REPLY"));
  }

  /**
   * Another answer was read whole.
   *
   * @param refused what the server said if it is an error
   * @param nothing whether it is null, as of a transaction that was aborted
   */
  void answered(@Nullable JedisDataException refused, boolean nothing) {
    if (strange) {
      return;
    }
    answered++;
    Change next = underWay.peek();
    if (next == null || next.position() != answered) {
      return;
    }
    underWay.poll();
    switch (next.kind()) {
      case MULTI -> transaction = refused == null ? Transaction.OPEN : transaction;
      case EXEC -> exec(refused, nothing);
      case DISCARD -> transactionIsOver(refused == null);
      case RESET -> reset(next, refused == null);
      default -> {
        if (refused != null) {
          return;
        }
        if (transaction == Transaction.OPEN) {
          remember(next);
        } else {
          made(next);
        }
      }
    }
  }

  /** The server does not queue it. */
  private void reset(Change change, boolean done) {
    if (done) {
      transactionIsOver(true);
      made(change);
    }
  }

  private void exec(@Nullable JedisDataException refused, boolean nothing) {
    if (refused == null) {
      List<Change> done = nothing ? List.of() : queued;
      transactionIsOver(true);
      done.forEach(this::made);
    } else {
      String words = String.valueOf(refused.getMessage());
      transactionIsOver(words.startsWith("EXECABORT") || words.contains("without MULTI"));
    }
  }

  private void transactionIsOver(boolean certain) {
    if (certain) {
      transaction = Transaction.NONE;
      watches = 0;
      queued = List.of();
    }
  }

  private void remember(Change change) {
    if (queued.isEmpty()) {
      queued = new ArrayList<>(2);
    }
    queued.add(change);
  }

  private void made(Change change) {
    switch (change.kind()) {
      case WATCH -> watches++;
      case UNWATCH -> watches = 0;
      case SELECT -> {
        if (change.word().equals(home)) {
          residues.remove(Residue.DATABASE);
        } else {
          residues.add(Residue.DATABASE);
        }
      }
      default -> {
        Residue left = SessionTable.residue(change.kind(), change.word(), change.second());
        if (left != null && SessionTable.isForTheNextOnly(change.kind(), change.word())) {
          oneShot = left;
          oneShotSince = change.position();
        } else if (left != null) {
          residues.add(left);
        }
      }
    }
  }

  private @Nullable Residue oneShot() {
    return oneShotSince == sent ? oneShot : null;
  }

  /** Whether one answer comes for each command. */
  boolean answersAsUsual() {
    return !strange;
  }

  /** How many commands have no answer yet. */
  long unanswered() {
    return sent - answered;
  }

  /** Whether every command was answered, and what comes next begins something new. */
  boolean quiet() {
    return sent == answered;
  }

  /** As far as the server has said. */
  Transaction transaction() {
    boolean begun = false;
    for (Change change : underWay) {
      begun |= change.kind() == CommandKind.MULTI;
    }
    return begun && transaction == Transaction.NONE ? Transaction.UNKNOWN : transaction;
  }

  /**
   * Whether commands that were sent and not answered may have run although the transaction is open:
   * its own behind {@code EXEC}, or what follows another end of it.
   */
  boolean mayHaveRun() {
    for (Change change : underWay) {
      boolean ends = change.kind().endsTransaction() || change.kind() == CommandKind.RESET;
      if (ends && (change.kind() == CommandKind.EXEC || change.position() < sent)) {
        return true;
      }
    }
    return false;
  }

  /** Whether a command that nobody asked for would be answered as on a new connection. */
  boolean plain() {
    return !strange
        && quiet()
        && transaction == Transaction.NONE
        && watches == 0
        && oneShot() == null;
  }

  /** What its borrower leaves behind; null if nothing. */
  @Nullable Residue residue() {
    if (transaction() != Transaction.NONE) {
      return Residue.TRANSACTION;
    }
    if (watches > 0) {
      return Residue.WATCH;
    }
    for (Change change : underWay) {
      Residue left = SessionTable.residue(change.kind(), change.word(), change.second());
      if (left != null) {
        return left;
      }
    }
    if (!residues.isEmpty()) {
      return residues.iterator().next();
    }
    return strange || !quiet() ? Residue.UNANSWERED : oneShot();
  }
}
