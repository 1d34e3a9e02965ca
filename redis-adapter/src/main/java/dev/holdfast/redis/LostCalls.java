package dev.holdfast.redis;

import java.util.ArrayList;
import java.util.List;

/**
 * Decides, for the commands a lost connection leaves behind, which may travel to the next one and
 * which must fail. Pure: one pass over the commands in the order they were issued.
 *
 * <p>A transaction is a unit. It travels only if none of it was sent and no {@code WATCH} of the
 * lost session guards it; otherwise all of it fails: as ambiguous if {@code EXEC} was sent, else as
 * not executed, for a server drops an unfinished transaction with its connection.
 */
final class LostCalls {

  /** How far a command had got. */
  enum Progress {
    /** Held by the guard, or never taken whole by the kernel. */
    UNSENT,
    SENT,
    ANSWERED_IN_PART
  }

  enum Fate {
    /** Never sent: moves to the next connection. */
    MOVE,
    /** Sent, stands alone: its replay safety decides. */
    BY_SAFETY,
    /** Sent as part of a unit whose end was sent: outcome unknown. */
    AMBIGUOUS,
    /** Part of a unit that certainly did not run. */
    NOT_EXECUTED
  }

  /**
   * A command left behind.
   *
   * @param kind what it means for the session
   * @param progress how far it had got
   * @param watched for {@code MULTI}: whether a {@code WATCH} was in force when it was issued
   */
  record Lost(CommandKind kind, Progress progress, boolean watched) {}

  /** What of the lost session later commands may not rely on. */
  enum Broken {
    NOTHING,
    /** Watched keys are no longer watched: the next transaction must not run. */
    WATCH,
    /** A transaction was begun and its end not yet issued: what follows belongs to it. */
    TRANSACTION
  }

  record Ruling(List<Fate> fates, Broken broken) {}

  private final List<Lost> lost;
  private final List<Fate> fates;
  private boolean watchBroken;
  private int unitStart = -1;
  private boolean unitBroken;

  private LostCalls(List<Lost> lost, boolean insideTransaction, boolean watchLost) {
    this.lost = lost;
    this.fates = new ArrayList<>(lost.size());
    this.watchBroken = watchLost;
    if (insideTransaction) {
      unitStart = 0;
      unitBroken = true;
    }
  }

  /**
   * Rules on the commands of a lost connection.
   *
   * @param lost the commands in the order they were issued
   * @param transactionOpen whether, after the last command handed to the connection, a transaction
   *     was open on it
   * @param watchLost whether a {@code WATCH} answered on the lost connection is still in force
   */
  static Ruling rule(List<Lost> lost, boolean transactionOpen, boolean watchLost) {
    return new LostCalls(lost, startsInside(lost, transactionOpen), watchLost).rule();
  }

  /** The first command about transactions tells whether one was already open before the list. */
  private static boolean startsInside(List<Lost> lost, boolean transactionOpen) {
    for (Lost call : lost) {
      if (call.kind() == CommandKind.MULTI) {
        return false;
      }
      if (call.kind() == CommandKind.EXEC || call.kind() == CommandKind.DISCARD) {
        return true;
      }
    }
    return transactionOpen;
  }

  private Ruling rule() {
    for (int i = 0; i < lost.size(); i++) {
      Lost call = lost.get(i);
      if (unitStart >= 0) {
        fates.add(Fate.NOT_EXECUTED);
        if (call.kind() == CommandKind.EXEC || call.kind() == CommandKind.DISCARD) {
          closeUnit(i);
        }
      } else if (call.kind() == CommandKind.MULTI) {
        fates.add(Fate.NOT_EXECUTED);
        unitStart = i;
        unitBroken = call.progress() != Progress.UNSENT || call.watched() || watchBroken;
      } else {
        fates.add(call.progress() == Progress.UNSENT ? Fate.MOVE : Fate.BY_SAFETY);
        if (call.kind() == CommandKind.UNWATCH) {
          watchBroken = false;
        }
      }
    }
    Broken broken = remains();
    return new Ruling(List.copyOf(fates), broken);
  }

  private void closeUnit(int end) {
    Lost last = lost.get(end);
    if (!unitBroken) {
      settleUnit(end, Fate.MOVE);
    } else if (last.kind() == CommandKind.EXEC && last.progress() != Progress.UNSENT) {
      settleUnit(end, Fate.AMBIGUOUS);
    }
    unitStart = -1;
    watchBroken = false;
  }

  private Broken remains() {
    if (unitStart >= 0 && unitBroken) {
      return Broken.TRANSACTION;
    }
    if (unitStart >= 0) {
      settleUnit(lost.size() - 1, Fate.MOVE);
    }
    return watchBroken ? Broken.WATCH : Broken.NOTHING;
  }

  private void settleUnit(int end, Fate fate) {
    for (int i = unitStart; i <= end; i++) {
      fates.set(i, fate);
    }
  }
}
