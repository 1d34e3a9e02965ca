package dev.holdfast.benchmarks.broken;

import dev.holdfast.lab.Await;
import dev.holdfast.lab.Forgetting;
import dev.holdfast.lab.Middlebox;
import dev.holdfast.lab.RedisServer;
import dev.holdfast.path.Expiry;
import dev.holdfast.path.Hop;
import dev.holdfast.path.IdleClock;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.ServerLimits;
import dev.holdfast.redis.LettuceGuard;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.resource.ClientResources;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** One client's callers over a path that breaks, then the reckoning. */
final class BrokenPath {

  private static final int CALLERS = 6;
  private static final Duration COMMAND_TIMEOUT = Duration.ofSeconds(2);
  private static final Duration HANDSHAKE_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration LAST_ANSWERS = Duration.ofSeconds(30);

  /**
   * @param units that were run
   * @param answered calls of them that were answered
   * @param calls of them
   */
  record Reckoning(
      Findings findings, long units, long answered, long calls, Map<Faults.Fault, Integer> faults) {
    @Override
    public String toString() {
      return "%d units, %d of %d calls answered, faults %s, wrong %d %s"
          .formatted(units, answered, calls, faults, findings.total(), findings);
    }
  }

  private final boolean guarded;
  private final long seed;
  private final long units;

  BrokenPath(boolean guarded, long seed, long units) {
    this.guarded = guarded;
    this.seed = seed;
    this.units = units;
  }

  Reckoning run() throws Exception {
    try (RedisServer server = RedisServer.start();
        Middlebox path = Middlebox.to(server.port()).forgetting(Forgetting.SILENCE).start()) {
      for (int i = 0; i < Caller.FIXED_KEYS; i++) {
        server.command("SET", "fixed:" + i, Unit.fixed("fixed:" + i));
      }
      return over(server, path);
    }
  }

  private Reckoning over(RedisServer server, Middlebox path) throws Exception {
    LettuceGuard guard = guarded ? guard() : null;
    ClientResources own =
        ClientResources.builder().ioThreadPoolSize(2).computationThreadPoolSize(2).build();
    ClientResources resources = guard == null ? own : guard.install(own);
    RedisClient client = client(resources, guard, path.port());
    ExecutorService threads = Executors.newFixedThreadPool(CALLERS + 1);
    try {
      LongAdder done = new LongAdder();
      List<Caller> callers = new ArrayList<>();
      for (int i = 0; i < CALLERS; i++) {
        callers.add(
            new Caller("c" + i, seed * 100 + i, server, client.connect(), units / CALLERS, done));
      }
      Faults faults = new Faults(seed, server, path);
      Future<?> breaking = threads.submit(faults);
      List<Future<?>> working = new ArrayList<>();
      for (Caller caller : callers) {
        working.add(threads.submit(caller));
      }
      for (Future<?> caller : working) {
        caller.get();
      }
      faults.stop();
      breaking.get();
      return reckon(server, callers, faults);
    } finally {
      threads.shutdownNow();
      client.shutdown(Duration.ZERO, Duration.ZERO);
      resources.shutdown(0, 0, TimeUnit.SECONDS).get();
    }
  }

  private static LettuceGuard guard() {
    NetworkPath path =
        NetworkPath.to(ServerLimits.withoutIdleTimeout("redis"))
            .through(
                Hop.named("middlebox")
                    .idleLimit(Duration.ofMinutes(5))
                    .clock(IdleClock.PAYLOAD)
                    .expiry(Expiry.SILENT)
                    .terminates(true)
                    .build());
    return LettuceGuard.custom(path.plan()).meterRegistry(new SimpleMeterRegistry()).build();
  }

  private static RedisClient client(
      ClientResources resources, @Nullable LettuceGuard guard, int port) {
    RedisClient client =
        RedisClient.create(
            resources,
            RedisURI.builder()
                .withHost("127.0.0.1")
                .withPort(port)
                .withTimeout(HANDSHAKE_TIMEOUT)
                .build());
    ClientOptions options =
        ClientOptions.builder().timeoutOptions(TimeoutOptions.enabled(COMMAND_TIMEOUT)).build();
    client.setOptions(guard == null ? options : guard.options(options));
    return client;
  }

  private static Reckoning reckon(RedisServer server, List<Caller> callers, Faults faults) {
    List<Unit> units = callers.stream().flatMap(caller -> caller.made().stream()).toList();
    List<CompletableFuture<?>> calls = new ArrayList<>();
    units.forEach(unit -> calls.addAll(unit.calls()));
    try {
      Await.until(
          "all were told", LAST_ANSWERS, () -> calls.stream().allMatch(CompletableFuture::isDone));
    } catch (IllegalStateException someWait) {
      // found below
    }
    Set<String> keys = new LinkedHashSet<>();
    units.forEach(unit -> keys.addAll(unit.counters()));
    Map<String, Long> counters = server.counters(keys);
    Findings findings = new Findings();
    units.forEach(unit -> unit.judge(counters, server, findings));
    long answered = calls.stream().filter(call -> Outcome.of(call).answered()).count();
    return new Reckoning(findings, units.size(), answered, calls.size(), faults.made());
  }
}
