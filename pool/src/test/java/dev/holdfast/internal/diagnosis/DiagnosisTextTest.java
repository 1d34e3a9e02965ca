package dev.holdfast.internal.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.diagnosis.Diagnosis;
import dev.holdfast.diagnosis.Explanation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a person reads. */
final class DiagnosisTextTest {

  private static List<String> advice(DeathSigns.Builder signs) {
    return Diagnostician.diagnose(signs.build()).advice();
  }

  @Test
  void mustSayWhatToChangeAfterIncidentA() {
    assertThat(advice(Cases.resetOnFirstWrite().plan(Cases.incidentA())))
        .anySatisfy(
            line ->
                assertThat(line)
                    .contains(
                        "redis's idle timeout 300 s is not below linux-conntrack's"
                            + " unacknowledged limit 300 s")
                    .contains("lower it to <= 298 s (below 300 s - 1.2 s)"))
        .anySatisfy(
            line ->
                assertThat(line)
                    .contains("application ping every <= 99 s, below (300 s - 1.2 s) / 3")
                    .contains("for 2 lost ones"));
  }

  @Test
  void mustSayThatADeclarationIsMissing() {
    assertThat(
            advice(Cases.resetOnFirstWrite().idle(Duration.ofSeconds(60)).plan(Cases.incidentA())))
        .anySatisfy(
            line ->
                assertThat(line)
                    .contains("no declared limit explains it")
                    .contains("declare the hop that forgets at or below 60 s"))
        .anySatisfy(
            line ->
                assertThat(line)
                    .contains("every <= 19 s")
                    .contains(
                        "idle for more than 54 s, 10 % or at least 1.2 s below the age seen"));
  }

  @Test
  void mustAdviseOnAnUndeclaredPath() {
    assertThat(advice(Cases.resetOnFirstWrite()))
        .contains("declare the limit that ended it, at or below 300 s");
  }

  @Test
  void mustNotAdvisePingsFasterThanConnects() {
    assertThat(advice(Cases.resetOnFirstWrite().idle(Duration.ofSeconds(20))))
        .noneMatch(line -> line.contains("ping"))
        .anyMatch(line -> line.contains("idle for more than 18 s"));
    assertThat(advice(Cases.resetOnFirstWrite().idle(Duration.ofSeconds(1))))
        .anyMatch(line -> line.contains("leaves no safe age"));
  }

  @Test
  void mustGiveEachExplanationATagAndASentence() {
    Set<String> tags = new HashSet<>();
    for (Explanation explanation : Explanation.values()) {
      assertThat(explanation.tag()).matches("[a-z_]+").doesNotContain("_or_");
      assertThat(explanation.text()).isNotBlank().doesNotEndWith(".");
      assertThat(tags.add(explanation.tag())).isTrue();
    }
  }

  @Test
  void mustGiveOneTagToOneSet() {
    List<Explanation> one = List.of(Explanation.FLOW_FORGOTTEN_RESET, Explanation.FIN_LOST);
    List<Explanation> other = new ArrayList<>(one);
    Collections.reverse(other);
    assertThat(of(one).tag())
        .isEqualTo(of(other).tag())
        .isEqualTo("fin_lost_or_flow_forgotten_reset");
    assertThat(of(List.of()).tag()).isEqualTo("unexplained");
  }

  private static Diagnosis of(List<Explanation> explanations) {
    return new Diagnosis(new LinkedHashSet<>(explanations), List.of(), List.of());
  }

  @Test
  void mustSayEverythingInOneLine() {
    String line =
        Diagnostician.diagnose(
                Cases.resetOnFirstWrite()
                    .heardWhileIdle(Answer.YES)
                    .plan(Cases.incidentA())
                    .build())
            .line();
    assertThat(line)
        .startsWith("the server had closed long before and its FIN was lost; or ")
        .contains("[the connection was reset (RST), idle 300 s, ended 0.1 ms after the write")
        .contains("(1.0 RTT)")
        .contains("peer's kernel heard while idle")
        .contains(" Fix: ")
        .doesNotContain("\n");
  }
}
