package dev.holdfast.examples;

import dev.holdfast.examples.Call.Ending;
import dev.holdfast.lab.Await;
import dev.holdfast.lab.kernel.Dial;
import dev.holdfast.lab.kernel.KernelCounters;
import dev.holdfast.path.ConnectionPlan;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.ServerLimits;
import dev.holdfast.redis.LettuceGuard;
import dev.holdfast.redis.LettuceGuardBuilder;
import dev.holdfast.usage.MixedUsageException;
import dev.holdfast.usage.Usage;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.resource.ClientResources;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Incident B. A keepalive pool is shared with callers who close what they are given. Connections
 * die young, the TIME_WAIT table is full, FIN_WAIT_2 cannot be held, and the FIN of a server slower
 * to close than its kernel is to acknowledge meets an RST.
 */
final class ChurnReset implements Incident {

  private static final int TIME_WAITS = 5;
  private static final int POOLED = 2;
  private static final int KEEPERS = 4;
  private static final int SHORT_CALLERS = 2;
  private static final int SHORT_CALLS = 200;
  private static final int MOST_SHORT_CALLS = 1_500;
  private static final int ENOUGH_LOST = 3;
  private static final int CLOSED_WHILE_BUSY = 20;
  private static final Duration BETWEEN_CALLS = Duration.ofMillis(5);
  private static final Duration BETWEEN_SHORT_CALLS = Duration.ofMillis(15);
  private static final Duration BUSY = Duration.ofMillis(300);
  private static final Pattern RECEIVED = Pattern.compile("total_connections_received:(\\d+)");
  private static final Pattern AGE = Pattern.compile("addr=10\\.77\\.\\S+ .*?age=(\\d+)");

  /** To ask Redis for its count takes a connection too. */
  private static final int OWN_QUESTIONS = 1;

  private static final String CLOSER = ChurnReset.class.getName() + ".callAndClose(";

  @Override
  public String name() {
    return "B-churn-reset";
  }

  @Override
  public String story() {
    return "Callers who close what they are given share a pool with callers who keep it. Connections"
        + " die young under the keepers' calls; the TIME_WAIT table overflows, and a FIN that comes"
        + " late is answered with an RST.";
  }

  @Override
  public void play(Stage stage) throws InterruptedException {
    stage.startRedis(options -> options);
    stage.network().client().timeWaitLimit(TIME_WAITS);
    Party bare = stage.bare(Dial.ROUTED);
    mix(stage, bare);
    stage.require(bare.failed() > 0, "a call fails because another caller closed its connection");
    closeWhileBusy(stage, bare);

    Party guarded = stage.guarded(Dial.ROUTED, longLived());
    LettuceGuard guard = guarded.guard();
    if (guard == null) {
      mix(stage, guarded);
      return;
    }
    Queue<String> diagnosed = new ConcurrentLinkedQueue<>();
    guard.onDiagnosis(event -> diagnosed.add(event.line()));
    mix(stage, guarded);
    stage.await(
        "the churn is diagnosed, and the diagnosis names who closes",
        () -> diagnosed.stream().anyMatch(ChurnReset::namesTheCloser));
    diagnosed.stream()
        .filter(ChurnReset::namesTheCloser)
        .limit(1)
        .forEach(line -> stage.evidence("guarded: " + line));
    stage.evidence("a second guard: " + refusal(stage));
  }

  private static boolean namesTheCloser(String line) {
    return line.contains("closed at " + CLOSER);
  }

  private static ConnectionPlan plan() {
    return NetworkPath.to(ServerLimits.withoutIdleTimeout("redis")).plan();
  }

  private static LettuceGuardBuilder longLived() {
    return LettuceGuard.custom(plan()).usage(Usage.LONG_LIVED);
  }

  private static LettuceGuardBuilder shortLived() {
    return LettuceGuard.custom(plan()).usage(Usage.SHORT_LIVED);
  }

  /**
   * Keepers call all the time, until the short callers have made all their calls. How many a bare
   * keeper loses is chance, so the bare ones go on until some are lost.
   */
  private static void mix(Stage stage, Party party) throws InterruptedException {
    SharedConnections pool = new SharedConnections(POOLED, party::connect);
    KernelCounters before = stage.network().clientKernel();
    long received = connectionsReceived(stage);
    AtomicInteger shortCalls = new AtomicInteger();
    AtomicInteger lost = new AtomicInteger();
    BooleanSupplier more =
        () ->
            shortCalls.get() < SHORT_CALLS
                || (party.guard() == null
                    && lost.get() < ENOUGH_LOST
                    && shortCalls.get() < MOST_SHORT_CALLS);
    ExecutorService callers = Executors.newFixedThreadPool(KEEPERS + SHORT_CALLERS);
    for (int i = 0; i < KEEPERS; i++) {
      callers.execute(() -> keepCalling(party, pool, more, lost));
    }
    for (int i = 0; i < SHORT_CALLERS; i++) {
      callers.execute(() -> callShortly(party, pool, more, shortCalls));
    }
    callers.shutdown();
    if (!callers.awaitTermination(Stage.SOON.toSeconds(), TimeUnit.SECONDS)) {
      callers.shutdownNow();
      stage.require(false, "the callers come to an end");
    }
    stage.evidence(
        "%s: %d short calls; %d keepers' calls failed; Redis counts %d connections, the oldest %d s old; client kernel: TCPTimeWaitOverflow +%d"
            .formatted(
                party.mode(),
                shortCalls.get(),
                lost.get(),
                connectionsReceived(stage) - received - OWN_QUESTIONS,
                oldestSeconds(stage),
                stage.network().clientKernel().since(before, "TcpExt.TCPTimeWaitOverflow")));
  }

  private static void keepCalling(
      Party party, SharedConnections pool, BooleanSupplier more, AtomicInteger lost) {
    while (more.getAsBoolean()) {
      if (party.increment(pool.next()) != Ending.SUCCEEDED) {
        lost.incrementAndGet();
      }
      LockSupport.parkNanos(BETWEEN_CALLS.toNanos());
    }
  }

  private static void callShortly(
      Party party, SharedConnections pool, BooleanSupplier more, AtomicInteger made) {
    LettuceGuard guard = party.guard();
    while (more.getAsBoolean()) {
      var connection = pool.next();
      callAndClose(party, guard == null ? connection : guard.lend(connection));
      made.incrementAndGet();
      LockSupport.parkNanos(BETWEEN_SHORT_CALLS.toNanos());
    }
  }

  /** What a short caller was taught to do with a connection. */
  private static void callAndClose(Party party, StatefulRedisConnection<String, String> own) {
    try (own) {
      party.increment(own);
    }
  }

  /** The client's FINs are acknowledged by the server's kernel; the server's own FINs come late. */
  private static void closeWhileBusy(Stage stage, Party party) {
    List<StatefulRedisConnection<String, String>> connections = new ArrayList<>();
    for (int i = 0; i < CLOSED_WHILE_BUSY; i++) {
      connections.add(party.connect());
    }
    KernelCounters before = stage.network().clientKernel();
    stage.redis().freeze();
    try {
      connections.forEach(StatefulRedisConnection::close);
      Await.idle(BUSY);
    } finally {
      stage.redis().thaw();
    }
    stage.await(
        "late FINs are answered with RSTs",
        () -> stage.network().clientKernel().since(before, "Tcp.OutRsts") >= CLOSED_WHILE_BUSY);
    KernelCounters after = stage.network().clientKernel();
    stage.evidence(
        "%s: %d closed while Redis was busy for %d ms; client kernel: TCPTimeWaitOverflow +%d, OutRsts +%d in answer to FINs"
            .formatted(
                party.mode(),
                CLOSED_WHILE_BUSY,
                BUSY.toMillis(),
                after.since(before, "TcpExt.TCPTimeWaitOverflow"),
                after.since(before, "Tcp.OutRsts")));
  }

  /** What another guard of this process is told that wants the endpoint for short-lived use. */
  private static String refusal(Stage stage) {
    ClientResources plain = ClientResources.create();
    RedisClient client =
        RedisClient.create(
            shortLived().build().install(plain),
            RedisURI.create(Dial.ROUTED.address(), stage.redis().port()));
    try (var connection = client.connect()) {
      throw new IllegalStateException("mixed use was not refused: " + connection.isOpen());
    } catch (RedisException failed) {
      Throwable root = failed;
      while (root.getCause() != null) {
        root = root.getCause();
      }
      stage.require(root instanceof MixedUsageException, "refused for its usage");
      return root.getClass().getSimpleName() + ": " + root.getMessage();
    } finally {
      client.shutdown(Duration.ZERO, Party.CONNECT_TIMEOUT);
      plain.shutdown(0, 0, TimeUnit.SECONDS).awaitUninterruptibly();
    }
  }

  private static long connectionsReceived(Stage stage) {
    Matcher found = RECEIVED.matcher(stage.redis().command("INFO", "stats"));
    stage.require(found.find(), "Redis counts its connections");
    return Long.parseLong(found.group(1));
  }

  /** Of the client's connections that are open. */
  private static long oldestSeconds(Stage stage) {
    return AGE.matcher(stage.redis().command("CLIENT", "LIST", "TYPE", "normal"))
        .results()
        .mapToLong(line -> Long.parseLong(line.group(1)))
        .max()
        .orElse(0);
  }
}
