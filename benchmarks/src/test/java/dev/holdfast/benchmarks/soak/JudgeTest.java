package dev.holdfast.benchmarks.soak;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class JudgeTest {

  private static final Client CLIENT = new Client(Side.GUARDED, "shared");

  @Test
  void mustCountWhatRanTwice() {
    Judge judge = judge(Map.of("op:1", 2L, "op:2", 1L, "tx:3:a", 2L, "tx:3:b", 2L));
    Score score =
        only(
            judge,
            call(Work.INCREMENT, "1", Outcome.AMBIGUOUS),
            call(Work.INCREMENT, "2", Outcome.ANSWERED),
            call(Work.TRANSACTION, "3", Outcome.ANSWERED));
    assertThat(score.calls()).isEqualTo(3);
    assertThat(score.doubled()).isEqualTo(2);
    assertThat(score.failed()).isEqualTo(1);
    assertThat(score.torn()).isZero();
  }

  @Test
  void mustCountATransactionOfWhichOneHalfRan() {
    Score score =
        only(
            judge(Map.of("tx:1:b", 1L, "tx:2:a", 1L, "tx:2:b", 1L)),
            call(Work.TRANSACTION, "1", Outcome.UNTYPED),
            call(Work.TRANSACTION, "2", Outcome.ANSWERED));
    assertThat(score.torn()).isEqualTo(1);
    assertThat(score.doubled()).isZero();
  }

  @Test
  void mustCountWhatWasAnsweredAndDidNotRun() {
    Score score =
        only(
            judge(Map.of()),
            call(Work.INCREMENT, "1", Outcome.ANSWERED),
            call(Work.POST, "2", Outcome.ANSWERED),
            call(Work.POST, "3", Outcome.UNTYPED));
    assertThat(score.lost()).isEqualTo(2);
  }

  @Test
  void mustCountWhatIsSaidNotToHaveRunAndRan() {
    Score score =
        only(
            judge(Map.of("op:1", 1L)),
            call(Work.INCREMENT, "1", Outcome.NOT_EXECUTED),
            call(Work.INCREMENT, "2", Outcome.NOT_EXECUTED),
            call(Work.INCREMENT, "1", Outcome.NOT_CONNECTED));
    assertThat(score.falselyDenied()).isEqualTo(2);
    assertThat(score.failed()).isEqualTo(3);
  }

  @Test
  void mustCountNumbersBehindALargerOne() {
    Judge judge = lists("0", "1", "4", "2", "3", "5");
    Score score =
        only(
            judge,
            call(Work.APPEND, "1", Outcome.ANSWERED),
            call(Work.APPEND, "2", Outcome.ANSWERED),
            call(Work.APPEND, "3", Outcome.ANSWERED),
            call(Work.APPEND, "4", Outcome.ANSWERED));
    assertThat(score.outOfOrder()).isEqualTo(2);
    assertThat(score.doubled()).isZero();
  }

  @Test
  void mustCallANumberThatIsThereTwiceDoubledOnly() {
    Score score =
        only(
            lists("0", "1", "2", "1", "2", "3"),
            call(Work.APPEND, "1", Outcome.ANSWERED),
            call(Work.APPEND, "2", Outcome.ANSWERED),
            call(Work.APPEND, "3", Outcome.ANSWERED));
    assertThat(score.doubled()).isEqualTo(2);
    assertThat(score.outOfOrder()).isZero();
  }

  @Test
  void mustKeepFaultsApart() {
    Judge judge = judge(Map.of("op:1", 2L, "op:2", 2L));
    Map<Integer, Score> scores =
        judge.scores(
            List.of(
                new Call(CLIENT, 1, Work.INCREMENT, "1", Outcome.ANSWERED, 5_000_000),
                new Call(CLIENT, 2, Work.PLAIN, "", Outcome.SWAPPED, 9_000_000)));
    assertThat(in(scores, 1).doubled()).isEqualTo(1);
    assertThat(in(scores, 1).longestMillis()).isEqualTo(5);
    assertThat(in(scores, 2).doubled()).isZero();
    assertThat(in(scores, 2).swapped()).isEqualTo(1);
  }

  private static Judge judge(Map<String, Long> counters) {
    return new Judge(new ServerCount(counters, Map.of(), Map.of()));
  }

  private static Judge lists(String... numbers) {
    return new Judge(new ServerCount(Map.of(), Map.of(CLIENT.list(), List.of(numbers)), Map.of()));
  }

  private static Call call(Work work, String id, Outcome outcome) {
    return new Call(CLIENT, 0, work, id, outcome, 1);
  }

  private static Score only(Judge judge, Call... calls) {
    return in(judge.scores(List.of(calls)), 0);
  }

  private static Score in(Map<Integer, Score> scores, int episode) {
    return Objects.requireNonNull(scores.get(episode));
  }
}
