package dev.holdfast.internal.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.internal.retry.RetryBudgets;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** How long a declined call waits. */
final class DeclinedSendingTest {

  private static final SocketAddress SERVER = InetSocketAddress.createUnresolved("busy", 80);

  private final AtomicLong clock = new AtomicLong();
  private final RetryBudgets budgets = new RetryBudgets(clock::get);

  private DeclinedSending call() {
    return new DeclinedSending(budgets, Duration.ofSeconds(5), clock::get);
  }

  private static DeclinedAnswer says(int millis, @Nullable Duration within) {
    return new DeclinedAnswer("http_503", Duration.ofMillis(millis), within, SERVER);
  }

  @Test
  void mustWaitAsAskedAndNoLongerThanItsCaller() {
    assertThat(call().pauseNanos(says(2_000, null)))
        .isBetween(Duration.ofMillis(2_000).toNanos(), Duration.ofMillis(2_200).toNanos());
    assertThat(call().pauseNanos(says(2_000, Duration.ofSeconds(1)))).isNegative();
    assertThat(call().pauseNanos(says(5_001, null))).isNegative();
    assertThat(call().pauseNanos(says(1_000, Duration.ofSeconds(60)))).isPositive();
  }

  @Test
  void mustBackOffWhereTheServerSaysAtOnce() {
    DeclinedSending call = call();
    int times = 0;
    long last = 0;
    for (long pause = 0; pause >= 0 && times < 100; times++) {
      clock.addAndGet(pause);
      last = Math.max(last, pause);
      pause = call.pauseNanos(says(0, null));
    }
    assertThat(times).as("within five seconds").isBetween(4, 12);
    assertThat(last).isGreaterThan(Duration.ofMillis(500).toNanos());
  }

  @Test
  void mustStopByItselfWhereItLeadsToNothingAndBeginAgain() {
    int withheld = 0;
    for (int i = 0; i < 60; i++) {
      DeclinedSending call = call();
      long first = call.pauseNanos(says(0, null));
      long second = first < 0 ? first : call.pauseNanos(says(0, null));
      if (second < 0) {
        withheld++;
      }
    }
    assertThat(withheld).as("of 60, half of a hundred tokens are spent").isEqualTo(11);
    clock.addAndGet(Duration.ofSeconds(10).toNanos());
    DeclinedSending later = call();
    assertThat(later.pauseNanos(says(0, null))).isPositive();
    later.answered();
    assertThat(call().pauseNanos(says(0, null))).isPositive();
  }
}
