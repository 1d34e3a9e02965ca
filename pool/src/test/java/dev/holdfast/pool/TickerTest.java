package dev.holdfast.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Time by ticks while that is worth its price, else by the clock. */
final class TickerTest {

  private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);
  private static final int OFTEN = 200;

  private final AtomicLong nanos = new AtomicLong(5);
  private final AtomicInteger begun = new AtomicInteger();
  private final Ticker ticker = new Ticker(nanos::get, () -> nanos.get() / MILLI);

  private void readOften() {
    for (int i = 0; i < OFTEN; i++) {
      ticker.now();
    }
  }

  @Test
  void mustStandStillBetweenTicks() {
    long before = ticker.now();
    nanos.addAndGet(MILLI);
    assertThat(ticker.now()).isEqualTo(before);
    ticker.tick();
    assertThat(ticker.now()).isEqualTo(before + MILLI);
  }

  @Test
  void mustReadTheClockWhileItRests() {
    long before = ticker.now();
    ticker.rest(begun::incrementAndGet);
    nanos.addAndGet(MILLI);
    assertThat(ticker.now()).isEqualTo(before + MILLI);
    nanos.addAndGet(1);
    assertThat(ticker.fresh()).isEqualTo(before + MILLI + 1);
    nanos.addAndGet(1);
    ticker.tick();
    assertThat(ticker.now()).isEqualTo(before + MILLI + 2);
  }

  @Test
  void mustBeginToTickOnceItIsReadOften() {
    ticker.rest(begun::incrementAndGet);
    readOften();
    assertThat(begun).hasValue(1);
    long before = ticker.now();
    nanos.addAndGet(MILLI);
    assertThat(ticker.now()).isEqualTo(before);
    readOften();
    assertThat(begun).hasValue(1);
  }

  @Test
  void mustNotTickForReadsNowAndThen() {
    ticker.rest(begun::incrementAndGet);
    for (int i = 0; i < 10 * OFTEN; i++) {
      nanos.addAndGet(MILLI / 10);
      ticker.now();
    }
    assertThat(begun).hasValue(0);
  }

  @Test
  void mustNeverGoBack() {
    ticker.rest(begun::incrementAndGet);
    nanos.addAndGet(MILLI);
    long seen = ticker.now();
    nanos.set(5);
    assertThat(ticker.now()).isEqualTo(seen);
    readOften();
    assertThat(ticker.now()).isEqualTo(seen);
    ticker.tick();
    assertThat(ticker.now()).isEqualTo(seen);
    ticker.rest(begun::incrementAndGet);
    assertThat(ticker.fresh()).isEqualTo(seen);
  }
}
