package dev.holdfast.redis.kernel;

import static dev.holdfast.redis.kernel.Figures.millisSince;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.lab.Await;
import dev.holdfast.lab.RedisServer;
import dev.holdfast.lab.kernel.Dial;
import dev.holdfast.lab.kernel.KernelLab;
import dev.holdfast.lab.kernel.Network;
import dev.holdfast.redis.NeedsTcpInfo;
import dev.holdfast.wire.WireSnapshot;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.SocketOptions.TcpUserTimeoutOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * A server stops reading and its receive window shuts before all was sent: the client's kernel
 * probes the window, the server's answers each probe, and no byte moves. A slow server, not a dead
 * path; only a {@code TCP_USER_TIMEOUT} takes it for one.
 */
@KernelLab
final class ShutWindowTest {

  private static final int VALUES = 16;
  private static final String VALUE = "x".repeat(1 << 20);

  private static final Duration FROZEN = Duration.ofSeconds(5);

  /** The zero window probe timer in the field {@code tr} of {@code /proc/net/tcp}. */
  private static final String WINDOW_PROBE = "04";

  private static List<CompletableFuture<String>> pipeline(
      StatefulRedisConnection<String, String> connection, String name) {
    return IntStream.range(0, VALUES)
        .mapToObj(i -> connection.async().set(name + i, VALUE).toCompletableFuture())
        .toList();
  }

  /** The lines of this JVM's connections to a port whose kernel timer probes a shut window. */
  private static List<String> windowProbers(int port) {
    String remote = ":%04X".formatted(port);
    return Stream.of("/proc/net/tcp", "/proc/net/tcp6")
        .flatMap(table -> lines(Path.of(table)))
        .filter(line -> line.split(" +", -1)[2].endsWith(remote))
        .filter(line -> line.split(" +", -1)[5].startsWith(WINDOW_PROBE))
        .toList();
  }

  private static Stream<String> lines(Path table) {
    try {
      return Files.readAllLines(table).stream().map(String::strip);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void awaitShut(RedisServer redis, int connections) {
    Await.until(
        "the window is shut",
        KernelBed.SOON,
        () -> windowProbers(redis.port()).size() == connections);
  }

  private static void assertAllSet(List<CompletableFuture<String>> sets) throws Exception {
    for (var set : sets) {
      assertThat(set.get(KernelBed.SOON.toMillis(), TimeUnit.MILLISECONDS)).isEqualTo("OK");
    }
  }

  @Test
  void mustWaitBehindAShutWindow(Network network) throws Exception {
    RedisServer redis = network.redis();
    try (KernelBed bed = new KernelBed(Dial.ROUTED, redis.port())) {
      var guarded = bed.guardedUnproved();
      long id = guarded.sync().clientId();
      redis.freeze();
      var sets = pipeline(guarded, "guarded");
      awaitShut(redis, 1);
      Await.idle(FROZEN);
      assertThat(windowProbers(redis.port())).as("still shut").hasSize(1);
      List<WireSnapshot> readings = bed.readings();
      Figures.print(
          "shut window, %d MB".formatted(VALUES),
          "after %d ms: %d swaps, %d of %d answered, TCP_USER_TIMEOUT %d ms, %s, /proc/net/tcp %s",
          FROZEN.toMillis(),
          bed.swaps().size(),
          sets.stream().filter(CompletableFuture::isDone).count(),
          VALUES,
          KernelBed.unsuspecting().userTimeout().toMillis(),
          readings,
          windowProbers(redis.port()).get(0));
      assertThat(readings).as("the guard did look").hasSize(1);
      assertThat(readings.get(0).unacked()).isZero();
      assertThat(readings.get(0).retransmits()).isZero();
      redis.thaw();
      assertAllSet(sets);
      assertThat(bed.swaps()).isEmpty();
      assertThat(guarded.sync().clientId()).as("the same connection").isEqualTo(id);
    }
  }

  /**
   * The path forgets the flow while the window is shut. A living server answers window probes; this
   * one's are unanswered, beside a newcomer that is not.
   */
  @NeedsTcpInfo
  @Test
  void mustLeaveAPathThatDiesBehindAShutWindow(Network network) throws Exception {
    RedisServer redis = network.redis();
    network.loose(false);
    try (KernelBed bed = new KernelBed(Dial.ROUTED, redis.port())) {
      var guarded = bed.guardedUnproved();
      long id = guarded.sync().clientId();
      redis.freeze();
      var sets = pipeline(guarded, "guarded");
      awaitShut(redis, 1);
      network.forgetAll();
      long forgotten = System.nanoTime();
      Await.until("given up", KernelBed.SOON, () -> !bed.swaps().isEmpty());
      Figures.print(
          "shut window, then forgotten",
          "given up after %d ms, TCP_USER_TIMEOUT %d ms",
          millisSince(forgotten),
          KernelBed.unsuspecting().userTimeout().toMillis());
      redis.thaw();
      assertAllSet(sets);
      assertThat(guarded.sync().clientId()).as("another connection").isNotEqualTo(id);
    }
  }

  /** A user timeout shorter than the server's pause: what the plan's 30 s are there to avoid. */
  @NeedsTcpInfo
  @Test
  void mustOutliveAClientWhoseUserTimeoutIsShort(Network network) throws Exception {
    RedisServer redis = network.redis();
    ClientOptions hasty =
        ClientOptions.builder()
            .socketOptions(
                SocketOptions.builder()
                    .tcpUserTimeout(
                        TcpUserTimeoutOptions.builder()
                            .enable()
                            .tcpUserTimeout(Duration.ofSeconds(1))
                            .build())
                    .build())
            .build();
    try (KernelBed bed = new KernelBed(Dial.ROUTED, redis.port())) {
      var guarded = bed.guardedUnproved();
      var bare = bed.bare(hasty);
      long id = guarded.sync().clientId();
      long bareId = bare.sync().clientId();
      redis.freeze();
      var sets = pipeline(guarded, "guarded");
      var bareSets = pipeline(bare, "bare");
      awaitShut(redis, 2);
      long shut = System.nanoTime();
      awaitShut(redis, 1); // the kernel has closed the bare one
      long closed = millisSince(shut);
      Await.until("the guard has looked", KernelBed.SOON, () -> bed.readings().size() == 1);
      redis.thaw();
      assertAllSet(sets);
      assertAllSet(bareSets);
      Figures.print(
          "shut window, user timeout 1 s",
          "bare closed after %d ms, all sent again: client %d became %d; guarded: %d swaps",
          closed,
          bareId,
          bare.sync().clientId(),
          bed.swaps().size());
      assertThat(bare.sync().clientId()).isNotEqualTo(bareId);
      assertThat(guarded.sync().clientId()).as("the same connection").isEqualTo(id);
      assertThat(bed.swaps()).isEmpty();
    }
  }
}
