package dev.holdfast.examples;

import dev.holdfast.examples.Call.Ending;
import dev.holdfast.examples.Call.Kind;
import dev.holdfast.examples.Moment.Tone;
import dev.holdfast.redis.LettuceGuard;
import dev.holdfast.report.DiagnosisEvent;
import dev.holdfast.retry.AmbiguousOutcomeException;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.event.connection.ConnectedEvent;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.NettyCustomizer;
import io.netty.bootstrap.Bootstrap;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** One contender in an incident: a Lettuce client, its calls, and what they were told. */
final class Party implements AutoCloseable {

  /** Both parties': a connect not answered by then fails. */
  static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);

  private static final int LONGEST_ERROR = 110;

  private final String mode;
  private final String keyPrefix;
  private final Timeline timeline;
  private final ClientResources resources;
  private final RedisClient client;
  private final @Nullable LettuceGuard guard;
  private final AtomicInteger ids = new AtomicInteger();
  private final AtomicInteger connected = new AtomicInteger();
  private final Set<Integer> localPorts = ConcurrentHashMap.newKeySet();
  private final Queue<Call> calls = new ConcurrentLinkedQueue<>();
  private final Map<String, Long> diagnoses = new ConcurrentHashMap<>();

  /**
   * Sets up a client, without connecting it.
   *
   * @param source the address it connects from; null leaves it to the kernel
   * @param guard what guards it; null leaves it bare
   */
  Party(
      String mode,
      String incident,
      RedisURI uri,
      @Nullable String source,
      Timeline timeline,
      @Nullable LettuceGuard guard) {
    this.mode = mode;
    this.keyPrefix = "op:%s:%s:".formatted(incident, mode);
    this.timeline = timeline;
    this.guard = guard;
    ClientResources plain =
        ClientResources.builder()
            .ioThreadPoolSize(2)
            .computationThreadPoolSize(2)
            .nettyCustomizer(from(source))
            .build();
    this.resources = guard == null ? plain : guard.install(plain);
    this.client = RedisClient.create(resources, uri);
    ClientOptions options =
        ClientOptions.builder()
            .socketOptions(SocketOptions.builder().connectTimeout(CONNECT_TIMEOUT).build())
            .build();
    client.setOptions(guard == null ? options : guard.options(options));
    resources.eventBus().get().ofType(ConnectedEvent.class).subscribe(this::connected);
    if (guard != null) {
      guard.onDiagnosis(this::diagnosed);
    }
  }

  private void diagnosed(DiagnosisEvent event) {
    event.diagnosis().explanations().forEach(each -> diagnoses.merge(each.name(), 1L, Long::sum));
    timeline.believed(mode, Tone.PLAIN, event.line());
  }

  private static NettyCustomizer from(@Nullable String source) {
    return new NettyCustomizer() {
      @Override
      public void afterBootstrapInitialized(Bootstrap bootstrap) {
        if (source != null) {
          bootstrap.localAddress(new InetSocketAddress(source, 0));
        }
      }
    };
  }

  private void connected(ConnectedEvent event) {
    connected.incrementAndGet();
    if (event.localAddress() instanceof InetSocketAddress local) {
      localPorts.add(local.getPort());
    }
  }

  String mode() {
    return mode;
  }

  /** What guards it; null if it is bare. */
  @Nullable LettuceGuard guard() {
    return guard;
  }

  /** The source ports of its connections so far. */
  Set<Integer> localPorts() {
    return Set.copyOf(localPorts);
  }

  List<Call> calls() {
    return List.copyOf(calls);
  }

  int connectionsOpened() {
    return connected.get();
  }

  Map<String, Long> diagnoses() {
    return Map.copyOf(diagnoses);
  }

  /** Whether one of its calls was under way at a moment of the timeline. */
  boolean calledAt(long nanos) {
    return calls.stream()
        .anyMatch(
            call -> nanos >= call.startNanos() && nanos <= call.startNanos() + call.tookNanos());
  }

  long failed() {
    return calls.stream().filter(call -> call.ending() == Ending.FAILED).count();
  }

  /** A connection to be used for calls; making it is not counted as one. */
  StatefulRedisConnection<String, String> connect() {
    StatefulRedisConnection<String, String> connection = client.connect();
    timeline.believed(mode, Tone.PLAIN, "connected");
    return connection;
  }

  /** Makes one INCR, with a key of its own. */
  Ending increment(StatefulRedisConnection<String, String> connection) {
    return call("INCR", key -> connection.sync().incr(key));
  }

  /** Makes one call as a short-lived caller does: connects, makes an INCR, closes. */
  Ending visit() {
    return call(
        "connect + INCR",
        key -> {
          try (var connection = client.connect()) {
            connection.sync().incr(key);
          }
        });
  }

  private interface Body {
    void call(String key);
  }

  private Ending call(String what, Body body) {
    String key = keyPrefix + ids.incrementAndGet();
    long began = System.nanoTime();
    Ending ending = Ending.SUCCEEDED;
    String told = "answered";
    try {
      body.call(key);
    } catch (RuntimeException thrown) {
      boolean ambiguous = AmbiguousOutcomeException.in(thrown).isPresent();
      ending = ambiguous ? Ending.AMBIGUOUS : Ending.FAILED;
      told = brief(thrown);
    }
    long took = System.nanoTime() - began;
    calls.add(new Call(key, Kind.INCR, timeline.elapsedNanos() - took, took, 0, ending));
    timeline.believed(
        mode,
        ending == Ending.SUCCEEDED ? Tone.GOOD : Tone.BAD,
        "%s after %d ms: %s".formatted(what, took / 1_000_000, told));
    return ending;
  }

  private static String brief(Throwable thrown) {
    Throwable root = thrown;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    String text = root.getClass().getSimpleName() + ": " + root.getMessage();
    return text.length() > LONGEST_ERROR ? text.substring(0, LONGEST_ERROR) + "…" : text;
  }

  @Override
  public void close() {
    client.shutdown(Duration.ZERO, CONNECT_TIMEOUT);
    resources
        .shutdown(0, CONNECT_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
        .awaitUninterruptibly(CONNECT_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
  }
}
