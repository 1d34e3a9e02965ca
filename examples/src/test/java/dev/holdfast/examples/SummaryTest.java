package dev.holdfast.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a run says of itself must be what its exit code says. */
final class SummaryTest {

  private static Score score(String incident, String mode, long errors) {
    return new Score(incident, mode, 10, 10 - errors, errors, 0, 0, 0, 5, 1, Map.of());
  }

  private static final List<Score> SCORES =
      List.of(
          score("A-idle-reset", "bare", 4),
          score("A-idle-reset", "guarded", 0),
          score("D-reverse-path", "bare", 10),
          score("D-reverse-path", "guarded", 10));

  @Test
  void mustNotCountAnIncidentAsFailedThatNoClientCanHelp() {
    assertThat(Summary.of(SCORES, List.of("D-reverse-path")))
        .contains("Guarded is clean.")
        .contains("guarded: 0 of 10 calls failed")
        .contains("no client can help it")
        .contains("D-reverse-path");
  }

  @Test
  void mustCountItWhereTheGuardDidNotNameTheReason() {
    assertThat(Summary.of(SCORES, List.of())).contains("Guarded is NOT clean.");
  }
}
