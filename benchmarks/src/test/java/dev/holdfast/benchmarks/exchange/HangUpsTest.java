package dev.holdfast.benchmarks.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** A caller who hangs up hurts nobody; {@code benchmarks/run hang-ups} makes more such calls. */
final class HangUpsTest {

  private static final int DESCRIPTORS = 500;
  private static final long CALLS = 2_000;

  @Test
  void mustNotHurtTheOneBesideNorTheSocketsOfOthers() throws Exception {
    HangUps.Seen seen = new HangUps(true, DESCRIPTORS, CALLS, true).run();
    assertThat(seen.innocent()).as(seen::toString).isPositive();
    assertThat(seen.innocentFailed()).as(seen::toString).isZero();
    assertThat(seen.changed()).as(seen::toString).isZero();
    assertThat(seen.leased()).as(seen::toString).isZero();
    assertThat(seen.open()).as(seen::toString).isZero();
  }
}
