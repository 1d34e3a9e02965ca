package dev.holdfast.benchmarks.diagnosis;

import dev.holdfast.diagnosis.Diagnosis;
import dev.holdfast.lab.Await;
import dev.holdfast.lab.RedisServer;
import dev.holdfast.lab.kernel.Dial;
import dev.holdfast.lab.kernel.Network;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.ServerLimits;
import dev.holdfast.redis.LettuceGuard;
import dev.holdfast.redis.LettuceGuardBuilder;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.SocketOptions.KeepAliveOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.NettyCustomizer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.channel.Channel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/** What one fault is injected into: a network of its own, and as many subjects as runs. */
final class Bed implements AutoCloseable {

  static final Duration SOON = Duration.ofSeconds(25);

  /** Long enough for what is said of a death after it is known what followed. */
  static final Duration AFTERMATH = Duration.ofSeconds(2);

  private static final Duration COMMAND_TIMEOUT = Duration.ofSeconds(20);

  private final Network network;
  private final int runs;
  private final ClientResources resources;
  private final List<Channel> channels = new ArrayList<>();
  private final List<Subject> subjects = new ArrayList<>();
  private final ExecutorService threads;

  private ServerLimits server = ServerLimits.withIdleTimeout("redis", Duration.ofMinutes(5));
  private boolean balanced;
  private Duration connectTimeout = Duration.ofSeconds(2);
  private boolean keepAlive;
  private UnaryOperator<LettuceGuardBuilder> guard = builder -> builder;

  Bed(Network network, int runs) {
    this.network = network;
    this.runs = runs;
    this.threads = Executors.newFixedThreadPool(runs);
    this.resources =
        ClientResources.builder()
            .ioThreadPoolSize(2)
            .computationThreadPoolSize(2)
            .nettyCustomizer(
                new NettyCustomizer() {
                  @Override
                  public void afterChannelInitialized(Channel channel) {
                    synchronized (channels) {
                      channels.add(channel);
                    }
                  }
                })
            .build();
  }

  Network network() {
    return network;
  }

  int runs() {
    return runs;
  }

  /** Declares what the server does; until then five minutes, which no fault here comes near. */
  Bed declaring(ServerLimits limits) {
    server = limits;
    return this;
  }

  /** Declares that the path balances. */
  Bed balanced() {
    balanced = true;
    return this;
  }

  Bed connectTimeout(Duration timeout) {
    connectTimeout = timeout;
    return this;
  }

  /** The kernel probes idle connections every second. */
  Bed keepAlive() {
    keepAlive = true;
    return this;
  }

  Bed guarding(UnaryOperator<LettuceGuardBuilder> settings) {
    guard = settings;
    return this;
  }

  /** A client for each run. */
  List<Subject> subjects(Dial dial, RedisServer redis) {
    return IntStream.range(0, runs).mapToObj(i -> subject(dial, redis)).toList();
  }

  Subject subject(Dial dial, RedisServer redis) {
    NetworkPath path = NetworkPath.to(server);
    if (balanced) {
      path = path.through(Paths.BALANCER);
    }
    SocketOptions.Builder socket = SocketOptions.builder().connectTimeout(connectTimeout);
    if (keepAlive) {
      socket.keepAlive(
          KeepAliveOptions.builder()
              .enable()
              .idle(Duration.ofSeconds(1))
              .interval(Duration.ofSeconds(1))
              .count(3)
              .build());
    }
    LettuceGuardBuilder builder =
        LettuceGuard.custom(path.plan())
            .meterRegistry(new SimpleMeterRegistry())
            .withoutBackgroundPing();
    RedisURI uri = RedisURI.create("redis://" + dial.address() + ":" + redis.port());
    uri.setTimeout(COMMAND_TIMEOUT);
    Subject subject =
        new Subject(
            guard.apply(builder).build(),
            resources,
            uri,
            ClientOptions.builder().socketOptions(socket.build()).build());
    subjects.add(subject);
    return subject;
  }

  /** Does the same for all subjects at once, each in a thread of its own. */
  <T, R> List<R> each(List<T> all, Function<T, R> action) throws Exception {
    List<Future<R>> results = new ArrayList<>();
    for (T one : all) {
      results.add(threads.submit(() -> action.apply(one)));
    }
    List<R> values = new ArrayList<>();
    for (Future<R> result : results) {
      values.add(result.get(5 * SOON.toSeconds(), TimeUnit.SECONDS));
    }
    return values;
  }

  /** One connection of each. */
  List<StatefulRedisConnection<String, String>> connect(List<Subject> all) throws Exception {
    return each(all, Subject::connect);
  }

  /** What was said of the end of each one's connection. */
  List<Optional<Diagnosis>> deaths(List<Subject> all) throws Exception {
    return each(all, Subject::death);
  }

  static void awaitSwaps(List<Subject> all) {
    await("given up", () -> all.stream().noneMatch(subject -> subject.swaps().isEmpty()));
  }

  static void await(String what, BooleanSupplier holds) {
    Await.until(what, SOON, holds);
  }

  /** The channels opened so far. */
  List<Channel> channels() {
    synchronized (channels) {
      return List.copyOf(channels);
    }
  }

  @Override
  public void close() throws Exception {
    threads.shutdownNow();
    network.heal();
    subjects.forEach(Subject::close);
    resources.shutdown(0, 2, TimeUnit.SECONDS).get();
  }
}
