package dev.holdfast.redis;

import static dev.holdfast.redis.LostCalls.Fate.AMBIGUOUS;
import static dev.holdfast.redis.LostCalls.Fate.BY_SAFETY;
import static dev.holdfast.redis.LostCalls.Fate.MOVE;
import static dev.holdfast.redis.LostCalls.Fate.NOT_EXECUTED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.internal.command.CommandKind;
import dev.holdfast.redis.LostCalls.Broken;
import dev.holdfast.redis.LostCalls.Fate;
import dev.holdfast.redis.LostCalls.Lost;
import dev.holdfast.redis.LostCalls.Progress;
import dev.holdfast.redis.LostCalls.Ruling;
import dev.holdfast.redis.Session.Transaction;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Plain commands one by one, transactions as a unit. */
final class LostCallsTest {

  private static Lost sent(CommandKind kind) {
    return new Lost(kind, Progress.SENT, kind == CommandKind.PLAIN, false);
  }

  private static Lost unsent(CommandKind kind) {
    return new Lost(kind, Progress.UNSENT, kind == CommandKind.PLAIN, false);
  }

  private static void assertRuling(Ruling ruling, Broken broken, Fate... fates) {
    assertThat(ruling).isEqualTo(new Ruling(List.of(fates), broken));
  }

  private static Lost gone(CommandKind kind) {
    return new Lost(kind, Progress.UNSENT, kind == CommandKind.PLAIN, true);
  }

  private static Lost alone(CommandKind kind, Progress progress) {
    return new Lost(kind, progress, false, false);
  }

  private static Ruling rule(boolean transactionOpen, boolean watchLost, Lost... lost) {
    return LostCalls.rule(
        Stream.of(lost).toList(), transactionOpen ? Transaction.OPEN : Transaction.NONE, watchLost);
  }

  private static Ruling rule(Lost... lost) {
    return rule(false, false, lost);
  }

  @Test
  void mustMoveWhatWasNeverSentAndLeaveTheRestToItsSafety() {
    assertRuling(
        rule(sent(CommandKind.PLAIN), unsent(CommandKind.PLAIN)), Broken.NOTHING, BY_SAFETY, MOVE);
  }

  @Test
  void mustMoveAWholeTransactionThatWasNeverSent() {
    assertRuling(
        rule(unsent(CommandKind.MULTI), unsent(CommandKind.PLAIN), unsent(CommandKind.EXEC)),
        Broken.NOTHING,
        MOVE,
        MOVE,
        MOVE);
  }

  @Test
  void mustMoveTheBeginningOfATransactionThatWasNeverSent() {
    assertRuling(
        rule(unsent(CommandKind.MULTI), unsent(CommandKind.PLAIN)), Broken.NOTHING, MOVE, MOVE);
  }

  @Test
  void mustMoveATransactionOfWhichNothingButARepeatableMultiWasSent() {
    Lost multi = alone(CommandKind.MULTI, Progress.REPEATABLE);
    assertRuling(rule(multi), Broken.NOTHING, MOVE);
    assertRuling(
        rule(sent(CommandKind.PLAIN), multi, unsent(CommandKind.PLAIN), unsent(CommandKind.EXEC)),
        Broken.NOTHING,
        BY_SAFETY,
        MOVE,
        MOVE,
        MOVE);
    assertRuling(rule(false, true, multi), Broken.TRANSACTION, NOT_EXECUTED);
    assertRuling(
        rule(multi, unsent(CommandKind.PLAIN), gone(CommandKind.EXEC)),
        Broken.NOTHING,
        NOT_EXECUTED,
        NOT_EXECUTED,
        NOT_EXECUTED);
  }

  @Test
  void mustNotMoveATransactionBehindAWatchThatWasGivenUp() {
    Lost watch = new Lost(CommandKind.WATCH, Progress.UNSENT, false, true);
    Lost multi = unsent(CommandKind.MULTI);
    Lost exec = unsent(CommandKind.EXEC);
    assertRuling(rule(watch), Broken.NOTHING, MOVE);
    assertRuling(rule(watch, multi), Broken.TRANSACTION, MOVE, NOT_EXECUTED);
    assertRuling(
        rule(watch, multi, exec, multi, exec),
        Broken.NOTHING,
        MOVE,
        NOT_EXECUTED,
        NOT_EXECUTED,
        MOVE,
        MOVE);
    assertRuling(
        rule(watch, unsent(CommandKind.UNWATCH), multi, exec),
        Broken.NOTHING,
        MOVE,
        MOVE,
        MOVE,
        MOVE);
  }

  @Test
  void mustCallATransactionAmbiguousOnceItsExecWasSent() {
    assertRuling(
        rule(
            sent(CommandKind.MULTI),
            sent(CommandKind.PLAIN),
            sent(CommandKind.EXEC),
            unsent(CommandKind.PLAIN)),
        Broken.NOTHING,
        AMBIGUOUS,
        AMBIGUOUS,
        AMBIGUOUS,
        MOVE);
  }

  /** The server's word on MULTI is missing: had it refused that, it would have run the rest. */
  @Test
  void mustNotClaimThatSentCommandsDidNotRunBeforeTheServerAcceptedTheirMulti() {
    assertRuling(
        rule(sent(CommandKind.MULTI), sent(CommandKind.PLAIN), unsent(CommandKind.EXEC)),
        Broken.NOTHING,
        NOT_EXECUTED,
        AMBIGUOUS,
        NOT_EXECUTED);
    assertRuling(
        rule(sent(CommandKind.MULTI), sent(CommandKind.PLAIN)),
        Broken.TRANSACTION,
        NOT_EXECUTED,
        AMBIGUOUS);
  }

  @Test
  void mustKnowThatATransactionWithoutItsExecDidNotRun() {
    assertRuling(
        rule(true, false, sent(CommandKind.PLAIN), unsent(CommandKind.EXEC)),
        Broken.NOTHING,
        NOT_EXECUTED,
        NOT_EXECUTED);
  }

  @Test
  void mustKnowThatADiscardedTransactionDidNotRun() {
    assertRuling(
        rule(true, false, sent(CommandKind.PLAIN), sent(CommandKind.DISCARD)),
        Broken.NOTHING,
        NOT_EXECUTED,
        NOT_EXECUTED);
  }

  @Test
  void mustRememberATransactionWhoseEndIsStillToCome() {
    assertRuling(rule(true, false, sent(CommandKind.PLAIN)), Broken.TRANSACTION, NOT_EXECUTED);
    assertRuling(rule(true, false), Broken.TRANSACTION);
    assertRuling(rule(true, false, unsent(CommandKind.PLAIN)), Broken.TRANSACTION, NOT_EXECUTED);
  }

  @Test
  void mustNotMoveATransactionWhoseCallerHasGone() {
    assertRuling(
        rule(gone(CommandKind.MULTI), unsent(CommandKind.PLAIN), unsent(CommandKind.EXEC)),
        Broken.NOTHING,
        NOT_EXECUTED,
        NOT_EXECUTED,
        NOT_EXECUTED);
    assertRuling(
        rule(unsent(CommandKind.MULTI), unsent(CommandKind.PLAIN), gone(CommandKind.EXEC)),
        Broken.NOTHING,
        NOT_EXECUTED,
        NOT_EXECUTED,
        NOT_EXECUTED);
  }

  @Test
  void mustMoveATransactionOneOfWhoseCommandsWasCancelled() {
    assertRuling(
        rule(unsent(CommandKind.MULTI), gone(CommandKind.PLAIN), unsent(CommandKind.EXEC)),
        Broken.NOTHING,
        MOVE,
        MOVE,
        MOVE);
  }

  @Test
  void mustNotMoveForEverWhatEndsEachConnection() {
    assertRuling(
        rule(alone(CommandKind.PLAIN, Progress.UNSENDABLE), unsent(CommandKind.PLAIN)),
        Broken.NOTHING,
        NOT_EXECUTED,
        MOVE);
    assertRuling(
        rule(
            alone(CommandKind.MULTI, Progress.UNSENDABLE),
            unsent(CommandKind.PLAIN),
            unsent(CommandKind.EXEC)),
        Broken.NOTHING,
        NOT_EXECUTED,
        NOT_EXECUTED,
        NOT_EXECUTED);
  }

  /** Lettuce forgets a transaction whose MULTI failed: what follows stands alone. */
  @Test
  void mustNotTakeForAMemberWhatLettuceDoesNot() {
    assertRuling(
        rule(
            new Lost(CommandKind.MULTI, Progress.SENT, false, true),
            alone(CommandKind.PLAIN, Progress.SENT),
            alone(CommandKind.PLAIN, Progress.UNSENT)),
        Broken.NOTHING,
        NOT_EXECUTED,
        BY_SAFETY,
        MOVE);
  }

  @Test
  void mustSeeThatTheListBeginsInsideATransaction() {
    assertRuling(
        rule(true, false, sent(CommandKind.PLAIN), sent(CommandKind.EXEC), sent(CommandKind.PLAIN)),
        Broken.NOTHING,
        AMBIGUOUS,
        AMBIGUOUS,
        BY_SAFETY);
    assertRuling(
        rule(
            true,
            false,
            sent(CommandKind.PLAIN),
            sent(CommandKind.EXEC),
            unsent(CommandKind.MULTI),
            unsent(CommandKind.PLAIN)),
        Broken.NOTHING,
        AMBIGUOUS,
        AMBIGUOUS,
        MOVE,
        MOVE);
  }

  @Test
  void mustNotMoveATransactionWhoseWatchIsLost() {
    assertRuling(
        rule(
            false,
            true,
            unsent(CommandKind.MULTI),
            unsent(CommandKind.PLAIN),
            unsent(CommandKind.EXEC),
            unsent(CommandKind.MULTI),
            unsent(CommandKind.EXEC)),
        Broken.NOTHING,
        NOT_EXECUTED,
        NOT_EXECUTED,
        NOT_EXECUTED,
        MOVE,
        MOVE);
  }

  @Test
  void mustRememberALostWatchUntilItIsLifted() {
    assertRuling(rule(false, true, sent(CommandKind.PLAIN)), Broken.WATCH, BY_SAFETY);
    assertRuling(
        rule(false, true, unsent(CommandKind.UNWATCH), unsent(CommandKind.MULTI)),
        Broken.NOTHING,
        MOVE,
        MOVE);
  }
}
