package dev.holdfast.redis;

import dev.holdfast.lab.Forgetting;
import dev.holdfast.lab.Middlebox;
import dev.holdfast.lab.RedisServer;
import dev.holdfast.path.ConnectionPlan;
import dev.holdfast.path.Expiry;
import dev.holdfast.path.Hop;
import dev.holdfast.path.IdleClock;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.ServerLimits;
import dev.holdfast.report.DiagnosisEvent;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DnsResolvers;
import io.lettuce.core.resource.SocketAddressResolver;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.IntSupplier;
import java.util.function.UnaryOperator;

/** A Redis, a middlebox in front of it, and clients, bare or guarded, that go through it. */
final class RedisBed implements AutoCloseable {

  static final Duration SOON = Duration.ofSeconds(10);

  private final RedisServer server;
  private final Middlebox middlebox;
  private final List<AutoCloseable> opened = new CopyOnWriteArrayList<>();
  private final MeterRegistry meters = new SimpleMeterRegistry();
  private final List<SwapEvent> swaps = new CopyOnWriteArrayList<>();
  private final List<DiagnosisEvent> diagnoses = new CopyOnWriteArrayList<>();

  RedisBed(RedisServer server, Forgetting forgetting) {
    this(server, Middlebox.to(server.port()).forgetting(forgetting).start());
  }

  RedisBed(RedisServer server, Middlebox middlebox) {
    this.server = server;
    this.middlebox = middlebox;
  }

  RedisServer server() {
    return server;
  }

  Middlebox middlebox() {
    return middlebox;
  }

  List<SwapEvent> swaps() {
    return swaps;
  }

  List<DiagnosisEvent> diagnoses() {
    return diagnoses;
  }

  double meter(String name, String... tags) {
    var counter = meters.find(name).tags(tags).counter();
    return counter == null ? 0 : counter.count();
  }

  MeterRegistry meters() {
    return meters;
  }

  /** How often a server has run a command since its statistics were reset. */
  static long calls(RedisServer server, String command) {
    String prefix = "cmdstat_" + command + ":calls=";
    return server
        .command("INFO", "commandstats")
        .lines()
        .filter(line -> line.startsWith(prefix))
        .map(line -> line.substring(prefix.length(), line.indexOf(',')))
        .mapToLong(Long::parseLong)
        .sum();
  }

  /** A path whose middlebox ends TCP, as the forwarder does. */
  static ConnectionPlan throughProxy() {
    return NetworkPath.to(ServerLimits.withoutIdleTimeout("redis"))
        .through(
            Hop.named("middlebox")
                .idleLimit(Duration.ofMinutes(5))
                .clock(IdleClock.PAYLOAD)
                .expiry(Expiry.SILENT)
                .terminates(true)
                .build())
        .plan();
  }

  static ConnectionPlan direct() {
    return NetworkPath.to(ServerLimits.withIdleTimeout("redis", Duration.ofMinutes(5))).plan();
  }

  LettuceGuard guard(UnaryOperator<LettuceGuardBuilder> settings) {
    LettuceGuard guard =
        settings.apply(LettuceGuard.custom(throughProxy()).meterRegistry(meters)).build();
    guard.onSwap(swaps::add);
    guard.onDiagnosis(diagnoses::add);
    return guard;
  }

  LettuceGuard guard() {
    return guard(builder -> builder);
  }

  RedisClient guarded(LettuceGuard guard) {
    return guarded(guard, ClientOptions.create());
  }

  RedisClient guarded(LettuceGuard guard, ClientOptions options) {
    return guarded(guard, options, viaMiddlebox());
  }

  RedisClient guarded(LettuceGuard guard, ClientOptions options, RedisURI uri) {
    return guarded(guard, options, uri, resources());
  }

  /**
   * @param resources shut down by the caller, after this
   */
  RedisClient guarded(
      LettuceGuard guard, ClientOptions options, RedisURI uri, ClientResources resources) {
    RedisClient client = client(guard.install(resources), uri);
    client.setOptions(guard.options(options));
    return client;
  }

  RedisClient bare() {
    return client(resources(), viaMiddlebox());
  }

  RedisURI viaMiddlebox() {
    return RedisURI.builder()
        .withHost("127.0.0.1")
        .withPort(middlebox.port())
        .withTimeout(Duration.ofSeconds(20))
        .build();
  }

  ClientResources resources() {
    ClientResources resources =
        ClientResources.builder().ioThreadPoolSize(2).computationThreadPoolSize(2).build();
    opened.add(0, () -> resources.shutdown(0, 0, java.util.concurrent.TimeUnit.SECONDS).get());
    return resources;
  }

  /** With a name service that leads to a port of this host. */
  ClientResources resources(IntSupplier leadsTo) {
    ClientResources resources =
        ClientResources.builder()
            .ioThreadPoolSize(2)
            .computationThreadPoolSize(2)
            .socketAddressResolver(
                new SocketAddressResolver(DnsResolvers.UNRESOLVED) {
                  @Override
                  public SocketAddress resolve(RedisURI uri) {
                    return new InetSocketAddress(uri.getHost(), leadsTo.getAsInt());
                  }
                })
            .build();
    opened.add(0, () -> resources.shutdown(0, 0, java.util.concurrent.TimeUnit.SECONDS).get());
    return resources;
  }

  private RedisClient client(ClientResources resources, RedisURI uri) {
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
    middlebox.close();
  }
}
