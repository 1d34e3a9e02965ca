package dev.holdfast.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.examples.Step.Burst;
import dev.holdfast.examples.Step.BurstLosingReplies;
import dev.holdfast.examples.Step.End;
import dev.holdfast.examples.Step.Idle;
import dev.holdfast.lab.Forgetting;
import dev.holdfast.lab.RedisServer;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Short runs against a real Redis: what the pictures and figures are made from must be true. */
@Timeout(120)
class MainJobTest {
  private static final Scenario SILENCE =
      new Scenario(
          "silence",
          "Forgets <soon> & says nothing.",
          Forgetting.SILENCE,
          Duration.ofSeconds(2),
          List.of(new Burst(10), new Idle(Duration.ofMillis(2500)), new Burst(10)));

  private static final Scenario REPLY_LOST =
      new Scenario(
          "reply-lost",
          "Replies vanish.",
          Forgetting.SILENCE,
          Duration.ofMinutes(5),
          List.of(new BurstLosingReplies(20, End.FIN)));

  private static RedisServer redis;
  private static List<Outcome> outcomes;

  @BeforeAll
  static void run() throws InterruptedException {
    redis = RedisServer.start();
    PrintStream nowhere =
        new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);
    List<Contender> both = List.of(new BareContender(), new GuardedContender());
    outcomes = new MainJob(List.of(SILENCE, REPLY_LOST), both, nowhere).run(redis);
  }

  @AfterAll
  static void stopRedis() {
    redis.close();
  }

  private static Outcome outcome(Scenario scenario, String mode) {
    return outcomes.stream()
        .filter(outcome -> outcome.mode().equals(mode) && outcome.scenario().equals(scenario))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void mustShowBareCallsFailOnForgottenFlow() {
    Outcome bare = outcome(SILENCE, "bare");
    assertThat(bare.score().errors()).isGreaterThanOrEqualTo(Workload.THREADS);
    assertThat(bare.score().maxStallMillis()).isGreaterThanOrEqualTo(2000);
    assertThat(bare.score().clean()).isFalse();
    assertThat(bare.connectionsOpened()).isEqualTo(1);
    assertThat(bare.errors().keySet()).anyMatch(text -> text.contains("timed out"));
  }

  @Test
  void mustShowGuardedCallsSucceedOnForgottenFlow() {
    Outcome guarded = outcome(SILENCE, "guarded");
    assertThat(guarded.score().issued()).isEqualTo(Workload.THREADS * 20L);
    assertThat(guarded.score().succeeded()).isEqualTo(guarded.score().issued());
    assertThat(guarded.score().falseSuccesses()).isZero();
    assertThat(guarded.connectionsOpened()).isGreaterThan(1);
    assertThat(guarded.diagnoses()).isNotEmpty();
  }

  @Test
  void mustCountWhatRanTwiceAndWhatIsAmbiguous() {
    assertThat(outcome(REPLY_LOST, "bare").score().duplicates()).isPositive();
    Outcome guarded = outcome(REPLY_LOST, "guarded");
    assertThat(guarded.score().duplicates()).isZero();
    assertThat(guarded.score().ambiguous()).isPositive();
    assertThat(guarded.score().clean()).isTrue();
  }

  @Test
  void mustReportEachRunOnceInEveryForm() {
    assertThat(Summary.guardedIsClean(Outcome.scores(outcomes))).isTrue();
    assertThat(TextTable.of(Outcome.scores(outcomes)).lines()).hasSize(1 + 1 + 4);
    assertThat(JsonReport.of(Outcome.scores(outcomes)))
        .containsPattern(
            "\\{\"scenario\": \"silence\", \"client\": \"lettuce\", \"mode\": \"bare\","
                + " \"issued\": \\d+, \"succeeded\": \\d+, \"errors\": \\d+, \"ambiguous\": 0,"
                + " \"duplicates\": 0, \"falseSuccesses\": 0, \"maxStallMillis\": \\d+,"
                + " \"connectionsOpened\": 1, \"diagnoses\": \\{\\}\\}");
  }

  @Test
  void mustWritePageThatNeedsNothingElse() {
    String page = HtmlReport.of(Setting.of("7.0.0", "7.7.0"), outcomes);
    assertThat(page)
        .doesNotContainPattern("(?i)(https?:)?//[a-z]")
        .doesNotContainPattern("(?i)\\b(href|src|srcset|data)=")
        .doesNotContainPattern("(?i)@import|url\\(|<script|<link|<img|<iframe")
        .contains("prefers-color-scheme: dark")
        .contains("Forgets &lt;soon&gt; &amp; says nothing.")
        .containsPattern("class=\"bad\"")
        .endsWith("</html>\n");
    assertThat(page.split("<svg", -1)).hasSize(1 + 4);
  }
}
