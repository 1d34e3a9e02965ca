package dev.holdfast.internal.usage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.example.shop.Callers;
import dev.holdfast.ManualClock;
import dev.holdfast.gate.Closer;
import dev.holdfast.path.PortBudget;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

final class ChurnDetectorTest {

  private final ManualClock clock = new ManualClock();
  private final ChurnDetector detector = new ChurnDetector(20, PortBudget.LINUX_CLIENT, clock);

  @Test
  void mustNotCallALongLivedPoolChurn() {
    opens(20);
    for (int minute = 0; minute < 60; minute++) {
      clock.pass(Duration.ofMinutes(1));
      opens(1); // a maximum lifetime of 20 minutes
      detector.closed(Duration.ofMinutes(20).toNanos(), Closer.LOCAL);
      assertThat(detector.verdict()).isEmpty();
    }
  }

  @Test
  void mustNotCallAFailoverChurn() {
    opens(20);
    clock.pass(Duration.ofMinutes(5));
    for (int i = 0; i < 20; i++) {
      detector.closed(Duration.ofMinutes(5).toNanos(), Closer.RESET);
    }
    opens(20);
    assertThat(detector.verdict()).isEmpty();
  }

  @Test
  void mustNotCallAGrowingPoolChurn() {
    opens(2_000);
    assertThat(detector.verdict()).isEmpty();
  }

  @Test
  void mustSeeThatThePoolTurnsOverMoreThanTwiceAMinute() {
    for (int i = 0; i < 40; i++) {
      churn(Duration.ofMillis(22), Closer.REMOTE);
      clock.pass(Duration.ofSeconds(1));
    }
    assertThat(detector.verdict()).isEmpty();
    churn(Duration.ofMillis(22), Closer.REMOTE);
    Churn churn = detector.verdict().orElseThrow();
    assertThat(churn.window()).isEqualTo(Duration.ofMinutes(1));
    assertThat(churn.opensPerSecond()).isCloseTo(41 / 60.0, within(1e-9));
    assertThat(churn.localShare()).isZero();
    assertThat(churn.sites()).isEmpty();
    clock.pass(Duration.ofMinutes(2));
    assertThat(detector.verdict()).as("two minutes later it is forgotten").isEmpty();
  }

  @Test
  void mustSeeAQuarterOfThePortBudgetWithinTenSeconds() {
    int quarter = (int) Math.ceil(PortBudget.LINUX_CLIENT.connectsPerSecond() / 4 * 10);
    ChurnDetector large = new ChurnDetector(100_000, PortBudget.LINUX_CLIENT, clock);
    for (int i = 0; i < quarter; i++) {
      large.opened();
      large.closed(Duration.ofMillis(5).toNanos(), Closer.LOCAL);
    }
    assertThat(large.verdict()).map(Churn::window).hasValue(Duration.ofSeconds(10));
    clock.pass(Duration.ofSeconds(11));
    assertThat(large.verdict()).isEmpty();
  }

  @Test
  void mustTellAgeWhoClosesAndWhere() {
    for (int i = 0; i < 300; i++) {
      Duration age = i % 3 == 0 ? Duration.ofMinutes(10) : Duration.ofMillis(22);
      Callers.orders(() -> churn(age, Closer.LOCAL));
      if (i % 3 == 0) {
        churn(Duration.ofMillis(22), Closer.REMOTE);
      }
    }
    Churn churn = detector.verdict().orElseThrow();
    assertThat(churn.medianAge().toMillis()).isBetween(15L, 32L);
    assertThat(churn.localShare()).isCloseTo(0.75, within(1e-9));
    assertThat(churn.sites()).hasSize(1);
    assertThat(churn.sites().get(0).callSite()).startsWith("com.example.shop.Callers.orders(");
    assertThat(churn.sites().get(0).samples()).isBetween(300 / 16, 300 / 16 + 1);
    assertThat(churn.toString()).contains("most often at com.example");
  }

  @Test
  void mustCountWhatWasReturnedAsOpenedAndClosed() {
    for (int i = 0; i < 41; i++) {
      detector.returned(Duration.ofMillis(22).toNanos(), "orders");
    }
    for (int i = 0; i < 41; i++) {
      churn(Duration.ofMillis(22), Closer.REMOTE);
    }
    Churn churn = detector.verdict().orElseThrow();
    assertThat(churn.returnedShare()).isCloseTo(0.5, within(1e-9));
    assertThat(churn.localShare()).isCloseTo(0.5, within(1e-9));
    assertThat(churn.opensPerSecond()).isCloseTo(82 / 60.0, within(1e-9));
    assertThat(churn.sites()).containsExactly(new Churn.Site("orders", 41));
  }

  @Test
  void mustNotNameAnEventLoopAsAPlaceThatCloses() {
    ChurnDetector loop =
        new ChurnDetector(1, PortBudget.LINUX_CLIENT, clock, () -> CallSite.UNKNOWN);
    for (int i = 0; i < 41; i++) {
      loop.opened();
      loop.closed(1, Closer.LOCAL);
    }
    assertThat(loop.verdict().orElseThrow().sites()).isEmpty();
  }

  @Test
  void mustStayBoundedAndStillNameTheFrequentCloserAmongThousands() {
    for (long seed = 1; seed <= 20; seed++) {
      Random random = new Random(seed);
      AtomicReference<String> site = new AtomicReference<>("");
      ChurnDetector busy = new ChurnDetector(20, PortBudget.LINUX_CLIENT, clock, site::get);
      for (int i = 0; i < 50_000; i++) {
        site.set(random.nextInt(4) == 0 ? "the culprit" : "other " + random.nextInt(100_000));
        busy.opened();
        long age = (long) (random.nextDouble() * random.nextDouble() * Long.MAX_VALUE);
        busy.closed(random.nextInt(50) == 0 ? -1 : age, Closer.LOCAL);
        clock.passNanos((long) (random.nextDouble() * 2e7));
        if (i % 100 == 0) {
          busy.verdict()
              .ifPresent(
                  churn ->
                      assertThat(churn.sites()).hasSizeLessThanOrEqualTo(ChurnDetector.MOST_SITES));
        }
      }
      assertThat(busy.verdict().orElseThrow().sites().get(0).callSite())
          .as("seed %d", seed)
          .isEqualTo("the culprit");
    }
  }

  private void opens(int count) {
    for (int i = 0; i < count; i++) {
      detector.opened();
    }
  }

  private boolean churn(Duration age, Closer who) {
    detector.opened();
    detector.closed(age.toNanos(), who);
    return true;
  }
}
