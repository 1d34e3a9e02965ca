package dev.holdfast.internal.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.internal.diagnosis.CounterDelta;
import dev.holdfast.internal.wire.HostReading;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** What rose during a connect is told from what rose before. */
final class RecentCountersTest {

  private static final long SECOND = 1_000_000_000;

  private long now = SECOND;
  private long resets;
  private int read;

  private final RecentCounters counters =
      new RecentCounters(this::read, () -> now, step -> step.run());

  private Optional<HostReading> read() {
    read++;
    return Optional.of(
        new HostReading(
            now, Map.of("Tcp.OutRsts", resets, "Ip.InReceives", 7L), OptionalLong.empty()));
  }

  @Test
  void mustNotCountWhatRoseBeforeTheConnect() {
    counters.keep();
    resets += 40;
    now += 3_600 * SECOND;
    counters.keep();
    long began = now;
    now += SECOND;
    assertThat(counters.since(began).outResets()).hasValue(0);
    resets += 2;
    now += SECOND;
    assertThat(counters.since(began).outResets()).hasValue(2);
  }

  /** Each of them, and not only the first of every second. */
  @Test
  void mustTellAllConnectsThatEndTogether() {
    counters.keep();
    resets++;
    now += SECOND / 2;
    assertThat(counters.since(now - SECOND / 2).outResets()).hasValue(1);
    now++;
    assertThat(counters.since(now - SECOND / 2).outResets()).hasValue(1);
    assertThat(read).as("at the beginning, and once for both").isEqualTo(2);
  }

  @Test
  void mustReadOnceASecondHoweverManyBegin() {
    for (int i = 0; i < 100; i++) {
      counters.keep();
    }
    assertThat(read).isEqualTo(1);
  }

  @Test
  void mustKnowNothingOfAConnectOlderThanItsReadings() {
    long began = now;
    for (int i = 0; i < 30; i++) {
      now += SECOND;
      counters.keep();
    }
    assertThat(counters.since(began)).isEqualTo(CounterDelta.NONE);
  }

  /** The reading that a connect asks for comes when the reset may be counted already. */
  @Test
  void mustNotTakeARiseForNoneWhenItsReadingCameLate() {
    List<Runnable> later = new ArrayList<>();
    RecentCounters late = new RecentCounters(this::read, () -> now, later::add);
    late.keep();
    later.remove(0).run();
    now += 3_600 * SECOND;
    long began = now;
    late.keep();
    resets++;
    now += SECOND / 100;
    later.remove(0).run();
    now += SECOND / 100;
    assertThat(late.since(began).outResets()).as("may be of the hour before").isEmpty();
    resets++;
    now += SECOND;
    assertThat(late.since(began).outResets()).hasValue(1);
  }

  @Test
  void mustKnowThatNothingRoseHoweverLongAgoTheReading() {
    counters.keep();
    now += 3_600 * SECOND;
    assertThat(counters.since(now - SECOND).outResets()).hasValue(0);
  }
}
