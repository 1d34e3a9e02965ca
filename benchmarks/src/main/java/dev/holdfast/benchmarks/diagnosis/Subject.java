package dev.holdfast.benchmarks.diagnosis;

import dev.holdfast.diagnosis.Diagnosis;
import dev.holdfast.dial.ConnectReport;
import dev.holdfast.gate.ConnectOutcome;
import dev.holdfast.lab.Await;
import dev.holdfast.redis.LettuceGuard;
import dev.holdfast.redis.SwapEvent;
import dev.holdfast.report.DiagnosisEvent;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.resource.ClientResources;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * One run of a fault: a client with a guard of its own, so that many of them on one network are no
 * siblings to each other.
 */
final class Subject implements AutoCloseable {

  private static final String DEATH = "connection replaced";

  /** It took long, or failed. Many visits are churn, too, and that is said beside it. */
  private static final String CONNECT = "connect ";

  /** A machine that runs other builds stops a thread for up to two seconds. */
  private static final Duration SAID_WITHIN = Duration.ofSeconds(5);

  /** {@code TCP_TIMEOUT_INIT}: a connect that takes so long is diagnosed. */
  private static final Duration LATE = Duration.ofSeconds(1);

  private final RedisClient client;
  private final List<DiagnosisEvent> events = new CopyOnWriteArrayList<>();
  private final List<SwapEvent> swaps = new CopyOnWriteArrayList<>();
  private final List<ConnectReport> reports = new CopyOnWriteArrayList<>();

  Subject(LettuceGuard guard, ClientResources resources, RedisURI uri, ClientOptions options) {
    guard.onDiagnosis(events::add);
    guard.onSwap(swaps::add);
    guard.onConnect(reports::add);
    client = RedisClient.create(guard.install(resources), uri);
    client.setOptions(guard.options(options));
  }

  StatefulRedisConnection<String, String> connect() {
    StatefulRedisConnection<String, String> connection = client.connect();
    connection.sync().ping();
    return connection;
  }

  /**
   * Connects, has one command answered, closes.
   *
   * @return how the connect went, and what was said of it
   */
  Visit visit() {
    int before = events.size();
    int told = reports.size();
    try (StatefulRedisConnection<String, String> connection = client.connect()) {
      connection.sync().ping();
    } catch (RedisConnectionException failed) {
      // its report says how
    }
    Bed.await("reported", () -> reports.size() > told);
    ConnectReport report = reports.get(told);
    if (!asItShouldBe(report)) {
      awaitWhatIsSaid(before);
    }
    return new Visit(report, connects(before).stream().findFirst());
  }

  /** A SYN that the kernel repeats by itself costs no second dial. */
  private static boolean asItShouldBe(ConnectReport report) {
    return report.outcome() == ConnectOutcome.CONNECTED
        && report.dials() == 1
        && report.hastyRepeats() <= 0
        && report.dialNanos() < LATE.toNanos();
  }

  /** The evidence is read on a thread of its own; perhaps nothing is said. */
  private void awaitWhatIsSaid(int before) {
    long end = System.nanoTime() + SAID_WITHIN.toNanos();
    while (connects(before).isEmpty() && System.nanoTime() - end < 0) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
    }
  }

  /**
   * One connect.
   *
   * @param report how it went
   * @param diagnosis what was said of it; empty for nothing
   */
  record Visit(ConnectReport report, Optional<Diagnosis> diagnosis) {}

  private List<Diagnosis> connects(int from) {
    return events.stream()
        .skip(from) // no sublist: another thread adds to what it would be of
        .filter(event -> event.what().startsWith(CONNECT))
        .map(DiagnosisEvent::diagnosis)
        .toList();
  }

  /** The first thing said of a connect; empty if nothing was, so far. */
  Optional<Diagnosis> connectDiagnosis() {
    return connects(0).stream().findFirst();
  }

  List<SwapEvent> swaps() {
    return swaps;
  }

  /** Everything said so far. */
  List<Diagnosis> all() {
    return events.stream().map(DiagnosisEvent::diagnosis).toList();
  }

  List<Diagnosis> deaths() {
    return events.stream()
        .filter(event -> event.what().equals(DEATH))
        .map(DiagnosisEvent::diagnosis)
        .toList();
  }

  /** What was said of its connection's end, once it is; empty if nothing is for long. */
  Optional<Diagnosis> death() {
    return death(Bed.SOON);
  }

  /** The same, with more patience or less. */
  Optional<Diagnosis> death(Duration within) {
    try {
      Await.until("diagnosed", within, () -> !deaths().isEmpty());
    } catch (IllegalStateException never) {
      return Optional.empty();
    }
    return Optional.of(deaths().get(0));
  }

  @Override
  public void close() {
    client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
  }
}
