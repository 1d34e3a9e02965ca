package dev.holdfast.http.proof;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.lab.Await;
import dev.holdfast.lab.kernel.Dial;
import dev.holdfast.lab.kernel.KernelLab;
import dev.holdfast.lab.kernel.Network;
import dev.holdfast.report.DiagnosisEvent;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Somebody who only listens, over a flow that is forgotten: nobody waits for an answer, and what is
 * missed, is missed. Bare clients listen for ever.
 */
@KernelLab
final class DeafListenerTest {

  private static final Duration LISTENS = Duration.ofSeconds(3);
  private static final Duration SOON = Duration.ofSeconds(20);

  /** Longer than a listener's kernel may keep an acknowledgement back. */
  private static final Duration ALL_ACKNOWLEDGED = Duration.ofMillis(300);

  /** Measured: below two seconds. */
  private static final Duration NOT_FOR_EVER = Duration.ofSeconds(6);

  private static final class Heard implements Listening.Ear {
    private final AtomicLong times = new AtomicLong();
    private final AtomicLong endedAt = new AtomicLong();

    @Override
    public void hears() {
      times.incrementAndGet();
    }

    @Override
    public void ends() {
      endedAt.compareAndSet(0, System.nanoTime());
    }

    boolean ended() {
      return endedAt.get() != 0;
    }
  }

  @ParameterizedTest
  @CsvSource({
    "REACTOR_EVENTS,false,false",
    "REACTOR_WEBSOCKET,false,true",
    "REACTOR_WEBSOCKET,true,false",
    "REACTOR_POLL,false,false",
    "HC5_EVENTS,true,true",
    "HC5_EVENTS,false,false",
    "HC5_POLL,false,false"
  })
  void mustLearnSoonThatItHearsNothingAnyMore(
      Listening listening, boolean reset, boolean awaitsWord, Network network) throws Exception {
    network.loose(false);
    if (reset) {
      network.resetUnknownFlows();
    }
    List<DiagnosisEvent> told = new CopyOnWriteArrayList<>();
    Heard bare = new Heard();
    Heard guarded = new Heard();
    try (EventServer server = new EventServer(network)) {
      String origin = "http://" + Dial.ROUTED.address() + ":" + server.port();
      try (AutoCloseable first = listening.begin(origin, false, bare, event -> {});
          AutoCloseable second = listening.begin(origin, true, guarded, told::add)) {
        Await.idle(LISTENS);
        if (listening.hearsMuch()) {
          Await.until("heard", SOON, () -> bare.times.get() > 0 && guarded.times.get() > 0);
        }
        assertThat(bare.ended() || guarded.ended()).as("silence is no evidence").isFalse();
        forget(server, network);
        long began = System.nanoTime();
        Await.until("told", NOT_FOR_EVER, guarded::ended);
        long deaf = TimeUnit.NANOSECONDS.toMillis(guarded.endedAt.get() - began);
        assertThat(bare.ended()).as("%s and %s", first, second).isFalse();
        System.out.printf(
            Locale.ROOT,
            "[kernel-lab] %s, %s: bare deaf for ever, guarded for %d ms%n",
            listening,
            reset ? "RST" : "silence",
            deaf);
        if (awaitsWord) { // told once a next connection was made, or late
          Await.until("diagnosed", SOON, () -> told.stream().anyMatch(DeafListenerTest::isDeath));
          assertThat(told)
              .anyMatch(event -> isDeath(event) && event.consequence().contains("may be missing"));
        }
      }
    }
  }

  /** An acknowledgement on its way meanwhile would tell a listener by its reset, bare too. */
  private static void forget(EventServer server, Network network) {
    server.pause();
    Await.idle(ALL_ACKNOWLEDGED);
    network.forgetAll();
    server.goOn();
  }

  private static boolean isDeath(DiagnosisEvent event) {
    return event.what().equals("connection replaced");
  }
}
