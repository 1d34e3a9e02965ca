package dev.holdfast.redis.kernel;

import dev.holdfast.dial.ConnectReport;
import dev.holdfast.dial.RedialReason;
import dev.holdfast.gate.ConnectOutcome;
import dev.holdfast.lab.kernel.Dial;
import dev.holdfast.lab.kernel.GuardSwitch;
import dev.holdfast.metrics.HoldfastMeter;
import dev.holdfast.path.Hop;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.ServerLimits;
import dev.holdfast.redis.LettuceGuard;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.resource.ClientResources;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A client that connects, has one command answered and closes, again and again. */
final class Connects implements AutoCloseable {

  /** How many connects a test makes; more of them give figures worth reading. */
  static final int COUNT = Integer.getInteger("holdfast.lab.connects", 20);

  /** The fourth column of /proc/net/tcp is the state. */
  private static final Pattern SYN_SENT = Pattern.compile("^ *\\d+: \\S+ \\S+ 02 ");

  private final RedisURI uri;
  private final ClientResources resources;
  private final RedisClient client;
  private final MeterRegistry meters = new SimpleMeterRegistry();
  private final List<ConnectReport> reports = new CopyOnWriteArrayList<>();
  private final List<Long> millis = new ArrayList<>();
  private final List<RedisConnectionException> failures = new ArrayList<>();

  Connects(Dial dial, int port, NetworkPath path, Duration connectTimeout) {
    uri = RedisURI.create("redis://" + dial.address() + ":" + port);
    resources = ClientResources.builder().ioThreadPoolSize(2).computationThreadPoolSize(2).build();
    ClientOptions options =
        ClientOptions.builder()
            .socketOptions(SocketOptions.builder().connectTimeout(connectTimeout).build())
            .build();
    if (GuardSwitch.isOff()) {
      client = RedisClient.create(resources, uri);
      client.setOptions(options);
    } else {
      LettuceGuard guard = LettuceGuard.custom(path.plan()).meterRegistry(meters).build();
      guard.onConnect(reports::add);
      client = RedisClient.create(guard.install(resources), uri);
      client.setOptions(guard.options(options));
    }
  }

  static NetworkPath direct() {
    return NetworkPath.to(ServerLimits.withIdleTimeout("redis", Duration.ofMinutes(5)));
  }

  static NetworkPath balanced() {
    return direct()
        .through(Hop.named("balancer").idleLimit(Duration.ofHours(1)).balances(true).build());
  }

  RedisClient client() {
    return client;
  }

  Connects times(int count) {
    for (int i = 0; i < count; i++) {
      long began = System.nanoTime();
      try (StatefulRedisConnection<String, String> connection = client.connect()) {
        millis.add(Figures.millisSince(began));
        connection.sync().ping();
      } catch (RedisConnectionException e) {
        failures.add(e);
      }
    }
    return this;
  }

  /** Forgets what was measured, not what was learned. */
  void startAgain() {
    millis.clear();
    failures.clear();
    reports.clear();
  }

  List<ConnectReport> reports() {
    return reports;
  }

  List<RedisConnectionException> failures() {
    return failures;
  }

  int redials(RedialReason reason) {
    return reports.stream().mapToInt(report -> report.redials().getOrDefault(reason, 0)).sum();
  }

  double meter(String name, RedialReason reason) {
    var counter = meters.find(name).tags("reason", reason.tag()).counter();
    return counter == null ? 0 : counter.count();
  }

  /** How many connects have waited for a source port. */
  long portWaits() {
    var timer = meters.find(HoldfastMeter.PORT_WAIT.meterName()).timer();
    return timer == null ? 0 : timer.count();
  }

  /** How long they have waited, in milliseconds. */
  double portWaitMillis() {
    var timer = meters.find(HoldfastMeter.PORT_WAIT.meterName()).timer();
    return timer == null ? 0 : timer.totalTime(TimeUnit.MILLISECONDS);
  }

  /** This JVM's dials without an answer. */
  static long dialling() {
    return Stream.of("/proc/net/tcp", "/proc/net/tcp6").mapToLong(Connects::dialling).sum();
  }

  private static long dialling(String table) {
    try (Stream<String> lines = Files.lines(Path.of(table))) {
      return lines.skip(1).filter(line -> SYN_SENT.matcher(line).find()).count();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  static long descriptors() {
    try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
      return open.count();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  Connects print(String scenario) {
    List<Long> sorted =
        reports.isEmpty()
            ? millis.stream().sorted().toList()
            : reports.stream()
                .filter(report -> report.outcome() == ConnectOutcome.CONNECTED)
                .map(report -> TimeUnit.NANOSECONDS.toMillis(report.nanos()))
                .sorted()
                .toList();
    Figures.print(
        scenario,
        "%d connects, %d failed, mean %.0f ms, p50 %d, p90 %d, p99 %d, max %d; dials %d, redials"
            + " silence %d refused %d foreign %d",
        sorted.size() + failures.size(),
        failures.size(),
        sorted.stream().mapToLong(Long::longValue).average().orElse(-1),
        at(sorted, 50),
        at(sorted, 90),
        at(sorted, 99),
        at(sorted, 100),
        reports.stream().mapToInt(ConnectReport::dials).sum(),
        redials(RedialReason.SILENCE),
        redials(RedialReason.REFUSED),
        redials(RedialReason.FOREIGN));
    return this;
  }

  private static long at(List<Long> sorted, int percentile) {
    return sorted.isEmpty() ? -1 : sorted.get((sorted.size() - 1) * percentile / 100);
  }

  @Override
  public void close() throws Exception {
    client.shutdown(Duration.ZERO, Duration.ZERO);
    resources.shutdown(0, 0, TimeUnit.SECONDS).get();
  }
}
