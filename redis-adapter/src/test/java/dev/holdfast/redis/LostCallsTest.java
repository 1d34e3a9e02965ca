package dev.holdfast.redis;

import static dev.holdfast.redis.LostCalls.Fate.AMBIGUOUS;
import static dev.holdfast.redis.LostCalls.Fate.BY_SAFETY;
import static dev.holdfast.redis.LostCalls.Fate.MOVE;
import static dev.holdfast.redis.LostCalls.Fate.NOT_EXECUTED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.redis.LostCalls.Broken;
import dev.holdfast.redis.LostCalls.Fate;
import dev.holdfast.redis.LostCalls.Lost;
import dev.holdfast.redis.LostCalls.Progress;
import dev.holdfast.redis.LostCalls.Ruling;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Plain commands one by one, transactions as a unit. */
final class LostCallsTest {

  private static Lost sent(CommandKind kind) {
    return new Lost(kind, Progress.SENT, false);
  }

  private static Lost unsent(CommandKind kind) {
    return new Lost(kind, Progress.UNSENT, false);
  }

  private static void assertRuling(Ruling ruling, Broken broken, Fate... fates) {
    assertThat(ruling).isEqualTo(new Ruling(List.of(fates), broken));
  }

  private static Ruling rule(boolean transactionOpen, boolean watchLost, Lost... lost) {
    return LostCalls.rule(Stream.of(lost).toList(), transactionOpen, watchLost);
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

  @Test
  void mustKnowThatATransactionWithoutItsExecDidNotRun() {
    assertRuling(
        rule(sent(CommandKind.MULTI), sent(CommandKind.PLAIN), unsent(CommandKind.EXEC)),
        Broken.NOTHING,
        NOT_EXECUTED,
        NOT_EXECUTED,
        NOT_EXECUTED);
  }

  @Test
  void mustKnowThatADiscardedTransactionDidNotRun() {
    assertRuling(
        rule(sent(CommandKind.MULTI), sent(CommandKind.PLAIN), sent(CommandKind.DISCARD)),
        Broken.NOTHING,
        NOT_EXECUTED,
        NOT_EXECUTED,
        NOT_EXECUTED);
  }

  @Test
  void mustRememberATransactionWhoseEndIsStillToCome() {
    assertRuling(
        rule(sent(CommandKind.MULTI), sent(CommandKind.PLAIN)),
        Broken.TRANSACTION,
        NOT_EXECUTED,
        NOT_EXECUTED);
    assertRuling(rule(true, false), Broken.TRANSACTION);
    assertRuling(rule(true, false, unsent(CommandKind.PLAIN)), Broken.TRANSACTION, NOT_EXECUTED);
  }

  @Test
  void mustSeeThatTheListBeginsInsideATransaction() {
    assertRuling(
        rule(sent(CommandKind.PLAIN), sent(CommandKind.EXEC), sent(CommandKind.PLAIN)),
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
    assertRuling(
        rule(new Lost(CommandKind.MULTI, Progress.UNSENT, true), unsent(CommandKind.EXEC)),
        Broken.NOTHING,
        NOT_EXECUTED,
        NOT_EXECUTED);
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
