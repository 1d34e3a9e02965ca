package dev.holdfast.redis;

import dev.holdfast.internal.command.CommandKind;
import dev.holdfast.redis.Session.Transaction;
import java.util.ArrayList;
import java.util.List;

/**
 * Decides, for the commands a lost connection leaves behind, which may travel to the next one and
 * which must fail. Pure: one pass over the commands in the order they were issued.
 *
 * <p>A transaction is a unit. It travels only if none of it was sent, or nothing but its {@code
 * MULTI}, which did no more than begin a session that is gone; if no {@code WATCH} of the lost
 * session guards it, nor one that Lettuce leaves out because its caller has gone; and if those who
 * began and end it still wait. Otherwise all of it fails. What was sent of it is ambiguous if
 * {@code EXEC} was sent, and also if the server's word on {@code MULTI} is missing: had it refused
 * that, it would have run the rest one by one. Everything else certainly did not run, for a server
 * drops an unfinished transaction with its connection.
 */
final class LostCalls {

  /** How far a command had got. */
  enum Progress {
    /** Held by the guard, or never taken whole by the kernel. */
    UNSENT,
    /** The same, and several connections in a row have ended over it. */
    UNSENDABLE,
    /** A {@code MULTI} that was sent, with nothing behind it, and that may be sent again. */
    REPEATABLE,
    SENT,
    ANSWERED_IN_PART
  }

  enum Fate {
    /** Never sent, or of no effect so far: moves to the next connection. */
    MOVE,
    /** Sent, stands alone: its replay safety decides. */
    BY_SAFETY,
    /** Sent as part of a unit: outcome unknown. */
    AMBIGUOUS,
    /** Certainly did not run, and must not travel: part of a unit, or unsendable. */
    NOT_EXECUTED
  }

  /**
   * A command left behind.
   *
   * @param kind what it means for the session
   * @param progress how far it had got
   * @param member whether Lettuce has registered it with a transaction
   * @param callerGone whether nobody waits for it any more
   */
  record Lost(CommandKind kind, Progress progress, boolean member, boolean callerGone) {

    boolean unsent() {
      return progress == Progress.UNSENT || progress == Progress.UNSENDABLE;
    }
  }

  /** What of the lost session later commands may not rely on. */
  enum Broken {
    NOTHING,
    /** Watched keys are no longer watched: the next transaction must not run. */
    WATCH,
    /** A transaction was begun and its end not yet issued: its other commands belong to it. */
    TRANSACTION,
    /** The same, without Lettuce's knowledge: every command up to its end belongs to it. */
    UNREGISTERED_TRANSACTION
  }

  record Ruling(List<Fate> fates, Broken broken) {}

  private final List<Lost> lost;
  private final List<Fate> fates;
  private final boolean insideAtFirst;
  private boolean watchBroken;
  private boolean watchGivenUp;

  private LostCalls(List<Lost> lost, Transaction before, boolean watchLost) {
    this.lost = lost;
    this.fates = new ArrayList<>(lost.size());
    this.watchBroken = watchLost;
    this.insideAtFirst =
        before == Transaction.OPEN
            || (before == Transaction.UNKNOWN && !lost.isEmpty() && belongs(lost.get(0)));
  }

  /**
   * Rules on the commands of a lost connection.
   *
   * @param lost the commands, oldest first
   * @param before the transaction as the server's last answer left it
   * @param watchLost whether a {@code WATCH} was in force that the lost session had answered
   * @return one fate for each command, and what remains broken
   */
  static Ruling rule(List<Lost> lost, Transaction before, boolean watchLost) {
    return new LostCalls(lost, before, watchLost).rule();
  }

  private Ruling rule() {
    Broken broken = Broken.NOTHING;
    int at = 0;
    if (insideAtFirst) {
      int end = endOfUnit(0, false);
      broken = settleBegun(end);
      at = end;
    }
    while (at < lost.size()) {
      Lost call = lost.get(at);
      if (call.kind() == CommandKind.MULTI) {
        int end = endOfUnit(at + 1, call.callerGone());
        broken = settle(at, end);
        at = end;
      } else {
        fates.add(alone(call));
        if (call.kind() == CommandKind.UNWATCH) {
          watchBroken = false;
          watchGivenUp = false;
        }
        watchGivenUp |= call.kind() == CommandKind.WATCH && call.callerGone();
        at++;
      }
    }
    if (broken == Broken.NOTHING && watchBroken) {
      broken = Broken.WATCH;
    }
    return new Ruling(List.copyOf(fates), broken);
  }

  private static Fate alone(Lost call) {
    return switch (call.progress()) {
      case UNSENT, REPEATABLE -> Fate.MOVE;
      case UNSENDABLE -> Fate.NOT_EXECUTED;
      case SENT, ANSWERED_IN_PART -> Fate.BY_SAFETY;
    };
  }

  /**
   * Behind the last command of the unit that goes on at {@code from}.
   *
   * @param forgotten Lettuce has given the unit up with its {@code MULTI}: the next begins another
   */
  private int endOfUnit(int from, boolean forgotten) {
    int at = from;
    while (at < lost.size() && belongs(lost.get(at))) {
      CommandKind kind = lost.get(at).kind();
      if (forgotten && kind == CommandKind.MULTI) {
        return at;
      }
      at++;
      if (kind.endsTransaction()) {
        return at;
      }
    }
    return at;
  }

  /** Lettuce registers all but these with the transaction it has begun. */
  private static boolean belongs(Lost call) {
    return call.member()
        || call.kind().endsTransaction()
        || call.kind() == CommandKind.MULTI
        || call.kind() == CommandKind.WATCH;
  }

  /** The unit that the server had begun before the first command, up to {@code end}. */
  private Broken settleBegun(int end) {
    boolean ends = end > 0 && lost.get(end - 1).kind().endsTransaction();
    boolean mayHaveRun = ends && execWasSent(end - 1);
    for (int i = 0; i < end; i++) {
      fates.add(mayHaveRun ? Fate.AMBIGUOUS : Fate.NOT_EXECUTED);
    }
    watchBroken &= !ends;
    return ends || end < lost.size() ? Broken.NOTHING : Broken.TRANSACTION;
  }

  private Broken settle(int start, int end) {
    Lost multi = lost.get(start);
    boolean ends = end - 1 > start && lost.get(end - 1).kind().endsTransaction();
    boolean abandoned = multi.callerGone() || (ends && lost.get(end - 1).callerGone());
    boolean begins = multi.progress() == Progress.UNSENT || multi.progress() == Progress.REPEATABLE;
    boolean whole = begins && !watchBroken && !watchGivenUp && !abandoned;
    boolean mayHaveRun = ends && execWasSent(end - 1);
    for (int i = start; i < end; i++) {
      fates.add(fate(whole, mayHaveRun, i > start && !lost.get(i).unsent()));
    }
    if (ends) {
      watchBroken = false;
      watchGivenUp = false;
    }
    boolean goesOn = !ends && end == lost.size() && !multi.callerGone();
    return goesOn && !whole ? Broken.TRANSACTION : Broken.NOTHING;
  }

  private static Fate fate(boolean whole, boolean mayHaveRun, boolean sentBehindMulti) {
    if (whole) {
      return Fate.MOVE;
    }
    return mayHaveRun || sentBehindMulti ? Fate.AMBIGUOUS : Fate.NOT_EXECUTED;
  }

  private boolean execWasSent(int end) {
    return lost.get(end).kind() == CommandKind.EXEC && !lost.get(end).unsent();
  }
}
