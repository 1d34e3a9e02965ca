package dev.holdfast.redis.kernel;

import dev.holdfast.diagnosis.Diagnosis;
import dev.holdfast.lab.Await;
import dev.holdfast.lab.kernel.Dial;
import dev.holdfast.lab.kernel.GuardSwitch;
import dev.holdfast.metrics.HoldfastMeter;
import dev.holdfast.path.ConnectionPlan;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.ServerLimits;
import dev.holdfast.redis.LettuceGuard;
import dev.holdfast.redis.LettuceGuardBuilder;
import dev.holdfast.redis.SwapEvent;
import dev.holdfast.redis.pool.LettuceObjectPool;
import dev.holdfast.report.DiagnosisEvent;
import dev.holdfast.wire.WireSnapshot;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.support.ConnectionPoolSupport;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.apache.commons.pool2.ObjectPool;
import org.apache.commons.pool2.impl.GenericObjectPoolConfig;

/**
 * Connections to one Redis under one address, bare or guarded. With {@code
 * -Dholdfast.lab.guard=off} the guarded ones are bare too, and every test here must fail.
 */
final class KernelBed implements AutoCloseable {

  /** A call not answered by then hangs. */
  static final Duration HANG = Duration.ofSeconds(3);

  static final Duration SOON = Duration.ofSeconds(10);

  private final RedisURI uri;
  private final MeterRegistry meters = new SimpleMeterRegistry();
  private final List<SwapEvent> swaps = new CopyOnWriteArrayList<>();
  private final List<LettuceGuard> guards = new CopyOnWriteArrayList<>();
  private final List<DiagnosisEvent> diagnoses = new CopyOnWriteArrayList<>();
  private final List<AutoCloseable> opened = new CopyOnWriteArrayList<>();

  KernelBed(Dial dial, int port) {
    this.uri = RedisURI.create("redis://" + dial.address() + ":" + port);
    uri.setTimeout(Duration.ofSeconds(30));
  }

  /** A plan that knows of no hop and no limit near the lab's: the guard is left to its evidence. */
  static ConnectionPlan unsuspecting() {
    return NetworkPath.to(ServerLimits.withIdleTimeout("redis", Duration.ofMinutes(5))).plan();
  }

  StatefulRedisConnection<String, String> bare() {
    return bare(ClientOptions.create());
  }

  StatefulRedisConnection<String, String> bare(ClientOptions options) {
    return connect(bareClient(options));
  }

  /** Connections of one client. */
  List<StatefulRedisConnection<String, String>> bare(int connections) {
    return connect(bareClient(ClientOptions.create()), connections);
  }

  StatefulRedisConnection<String, String> guarded() {
    return guarded(unsuspecting());
  }

  StatefulRedisConnection<String, String> guarded(ConnectionPlan plan) {
    return connect(guardedClient(plan));
  }

  /** No call is proved first, however slow the machine: a PING would be lost in its place. */
  StatefulRedisConnection<String, String> guardedUnproved() {
    return connect(
        guardedClient(unsuspecting(), settings -> settings.probeAfter(Duration.ofMinutes(1))));
  }

  StatefulRedisPubSubConnection<String, String> guardedSubscriber() {
    return guardedClient(unsuspecting()).connectPubSub();
  }

  /** Connections of one client. */
  List<StatefulRedisConnection<String, String>> guarded(int connections) {
    return connect(guardedClient(unsuspecting()), connections);
  }

  /** Lettuce's own pool, which validates nothing unless told to. */
  ObjectPool<StatefulRedisConnection<String, String>> barePool(int size) {
    var config = new GenericObjectPoolConfig<StatefulRedisConnection<String, String>>();
    config.setMaxTotal(size);
    config.setMaxIdle(size);
    RedisClient client = bareClient(ClientOptions.create());
    return ConnectionPoolSupport.createGenericObjectPool(client::connect, config);
  }

  ObjectPool<StatefulRedisConnection<String, String>> guardedPool(int size) {
    if (GuardSwitch.isOff()) {
      return barePool(size);
    }
    RedisClient client = guardedClient(unsuspecting());
    LettuceGuard guard = guards.get(guards.size() - 1);
    return LettuceObjectPool.of(guard.pool(client).maxSize(size).acquireTimeout(SOON).build());
  }

  private RedisClient bareClient(ClientOptions options) {
    RedisClient client = client(resources());
    client.setOptions(options);
    return client;
  }

  private RedisClient guardedClient(ConnectionPlan plan) {
    return guardedClient(plan, UnaryOperator.identity());
  }

  private RedisClient guardedClient(
      ConnectionPlan plan, UnaryOperator<LettuceGuardBuilder> settings) {
    if (GuardSwitch.isOff()) {
      return bareClient(ClientOptions.create());
    }
    LettuceGuard guard = settings.apply(LettuceGuard.custom(plan).meterRegistry(meters)).build();
    guard.onSwap(swaps::add);
    guard.onDiagnosis(diagnoses::add);
    guards.add(guard);
    RedisClient client = client(guard.install(resources()));
    client.setOptions(guard.options(ClientOptions.create()));
    return client;
  }

  /** Two connections of one client, the second opened first: idle at least as long. */
  List<StatefulRedisConnection<String, String>> guardedPair() {
    RedisClient client = guardedClient(unsuspecting());
    StatefulRedisConnection<String, String> older = connect(client);
    return List.of(connect(client), older);
  }

  List<SwapEvent> swaps() {
    return swaps;
  }

  List<DiagnosisEvent> diagnoses() {
    return diagnoses;
  }

  /** The guard's latest readings, one for each guarded connection; none with the guard off. */
  List<WireSnapshot> readings() {
    return guards.stream().flatMap(guard -> guard.snapshots().stream()).toList();
  }

  /** What explained the only connection given up, once that is known. */
  Diagnosis diagnosis() {
    Await.until("diagnosed", SOON, () -> death().isPresent());
    DiagnosisEvent event = death().orElseThrow();
    Figures.print("diagnosed", "%s", event.line());
    return event.diagnosis();
  }

  private Optional<DiagnosisEvent> death() {
    return diagnoses.stream().filter(e -> e.what().equals("connection replaced")).findFirst();
  }

  double probes(String result) {
    var counter = meters.find(HoldfastMeter.PROBES.meterName()).tags("result", result).counter();
    return counter == null ? 0 : counter.count();
  }

  private static StatefulRedisConnection<String, String> connect(RedisClient client) {
    StatefulRedisConnection<String, String> connection = client.connect();
    connection.sync().ping();
    return connection;
  }

  private static List<StatefulRedisConnection<String, String>> connect(
      RedisClient client, int connections) {
    return IntStream.range(0, connections).mapToObj(i -> connect(client)).toList();
  }

  private ClientResources resources() {
    ClientResources resources =
        ClientResources.builder().ioThreadPoolSize(2).computationThreadPoolSize(2).build();
    opened.add(0, () -> resources.shutdown(0, 0, TimeUnit.SECONDS).get());
    return resources;
  }

  private RedisClient client(ClientResources resources) {
    RedisClient client = RedisClient.create(resources, uri);
    opened.add(0, () -> client.shutdown(Duration.ZERO, Duration.ZERO));
    return client;
  }

  @Override
  public void close() throws Exception {
    // Clients were put in front of the resources they use.
    for (AutoCloseable closeable : opened) {
      closeable.close();
    }
  }
}
