package dev.holdfast.benchmarks.soak;

import dev.holdfast.lab.Await;
import dev.holdfast.lab.NginxServer;
import dev.holdfast.lab.RedisServer;
import dev.holdfast.lab.kernel.Network;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Bare and guarded clients call the same servers over the same network, and suffer the same faults
 * at the same moments. What each of their calls did is asked of the servers in the end.
 */
public final class SoakRun {

  private static final Duration WARM_UP = Duration.ofSeconds(5);
  private static final Duration CALM = Duration.ofSeconds(2);
  private static final Duration LOOKS_EVERY = Duration.ofMillis(20);
  private static final Duration RECOVERS_WITHIN = Duration.ofSeconds(30);

  /** For commands whose caller has given up, which a client may still send. */
  private static final Duration AFTERMATH = Duration.ofSeconds(5);

  private final long seed;
  private final @Nullable Duration length;
  private final List<SoakFault> drawn;
  private final List<SoakFault> given;
  private final PrintStream out;
  private final Journal journal = new Journal();
  private final Failures failures = new Failures();
  private final Diagnoses diagnoses = new Diagnoses(journal);
  private final List<SoakFault> faults = new CopyOnWriteArrayList<>(List.of(SoakFault.NONE));
  private final Map<Side, Party> parties = new EnumMap<>(Side.class);

  /**
   * A run.
   *
   * @param seed the same one gives the same faults in the same order; what they meet differs
   * @param length for how long faults are begun
   * @param out a line for each fault
   */
  public SoakRun(long seed, Duration length, PrintStream out) {
    this(seed, length, List.of(), out);
  }

  /**
   * A run of some kinds of faults.
   *
   * @param seed the same one gives the same faults in the same order; what they meet differs
   * @param length for how long faults are begun
   * @param kinds of {@link #faults()}; all if empty
   * @param out a line for each fault
   */
  public SoakRun(long seed, Duration length, List<String> kinds, PrintStream out) {
    this(seed, length, SoakFault.drawn(kinds), List.of(), out);
  }

  private SoakRun(
      long seed,
      @Nullable Duration length,
      List<SoakFault> drawn,
      List<SoakFault> given,
      PrintStream out) {
    this.seed = seed;
    this.drawn = drawn;
    this.length = length;
    this.given = given;
    this.out = out;
  }

  /**
   * A run in which nothing fails but one direction of the path, for one, two and three seconds.
   *
   * @param times of each
   * @param out a line for each fault
   * @return a run
   */
  public static SoakRun ofDarkness(int times, PrintStream out) {
    return new SoakRun(0, null, List.of(), SoakFault.dark(times), out);
  }

  /**
   * The kinds of faults that a run may be limited to.
   *
   * @return names
   */
  public static List<String> faults() {
    return SoakFault.drawn().stream().map(SoakFault::option).toList();
  }

  /**
   * Runs.
   *
   * @return what came of it
   * @throws Exception if the run could not be made
   */
  public SoakResult run() throws Exception {
    try (Network network = Network.open(1);
        Loading loading = Loading.create()) {
      network.loose(false);
      // What was answered outlives the server's restarts; the page cache outlives its process.
      RedisServer redis =
          network.redis(
              options ->
                  options
                      .arguments("--appendonly", "yes", "--appendfsync", "no")
                      .arguments("--include", loading.file()));
      NginxServer nginx =
          network.nginx(
              0,
              options ->
                  options
                      .keepAliveTimeout(HttpSide.KEEP_ALIVE)
                      .directives("location /soak/ { return 200 $request_uri; }"));
      Optional<HaProxy> proxy = HaProxy.start(network.host(0), redis.port());
      Stage stage = new Stage(network, redis, nginx, loading, proxy, new Quiet(), new Random(seed));
      try (Broadcast broadcast = new Broadcast(network.host(0).address(), redis.port(), journal)) {
        for (Side side : Side.values()) {
          parties.put(side, Party.of(side, stage, journal, failures, diagnoses));
        }
        return soak(stage, broadcast);
      } finally {
        parties.values().forEach(Party::close);
        proxy.ifPresent(HaProxy::close);
      }
    }
  }

  private SoakResult soak(Stage stage, Broadcast broadcast) throws Exception {
    broadcast.start();
    parties.values().forEach(Party::start);
    Await.idle(WARM_UP);
    SoakResult.Holdings atBegin = holdings();
    injectAll(stage);
    SoakResult.Holdings atEnd = holdings();
    for (Party party : parties.values()) {
      party.rest();
    }
    broadcast.end();
    Map<Side, Long> processor = new EnumMap<>(Side.class);
    parties.forEach((side, party) -> processor.put(side, party.group().processorNanos()));
    Await.idle(AFTERMATH);
    SoakResult result =
        new SoakResult(List.copyOf(faults), diagnoses, failures, processor, atBegin, atEnd);
    judge(stage, result);
    List<Broadcast.Message> messages = broadcast.messages();
    parties.forEach((side, party) -> result.heard(side, party.listener().deafness(messages)));
    journal.clear();
    result.heapAtLast(Resources.now().heapBytes());
    return result;
  }

  private SoakResult.Holdings holdings() {
    Map<Side, Integer> threads = new EnumMap<>(Side.class);
    parties.forEach((side, party) -> threads.put(side, party.group().size()));
    return new SoakResult.Holdings(Resources.now(), threads);
  }

  private void injectAll(Stage stage) {
    Deck deck = new Deck(drawn, stage.random());
    long began = System.nanoTime();
    for (int number = 0; goesOn(number, began); number++) {
      SoakFault fault = length == null ? given.get(number) : deck.next();
      faults.add(fault);
      journal.next();
      long start = System.nanoTime();
      fault.inject(stage);
      long healed = System.nanoTime();
      out.printf(
          Locale.ROOT,
          "%5.0f s  %-28s %4.1f s%s%n",
          (start - began) / 1e9,
          fault.label(),
          (healed - start) / 1e9,
          recovery(healed));
      Await.idle(CALM);
      parties.values().forEach(party -> party.group().read());
    }
  }

  private boolean goesOn(int number, long beganNanos) {
    Duration limit = length;
    return limit == null ? number < given.size() : System.nanoTime() - beganNanos < limit.toNanos();
  }

  /** Waits until every thread of both sides has been answered again. */
  private String recovery(long healed) {
    Map<Side, Double> seconds = new EnumMap<>(Side.class);
    while (seconds.size() < parties.size()
        && System.nanoTime() - healed < RECOVERS_WITHIN.toNanos()) {
      LockSupport.parkNanos(LOOKS_EVERY.toNanos());
      double passed = (System.nanoTime() - healed) / 1e9;
      parties.forEach(
          (side, party) -> {
            if (party.allAnsweredSince(healed)) {
              seconds.putIfAbsent(side, passed);
            }
          });
    }
    StringBuilder text = new StringBuilder();
    for (Side side : Side.values()) {
      Double passed = seconds.get(side);
      text.append(", ").append(side.label());
      text.append(
          passed == null
              ? " not again in " + RECOVERS_WITHIN.toSeconds() + " s"
              : String.format(Locale.ROOT, " again after %.1f s", passed));
    }
    return text.toString();
  }

  private void judge(Stage stage, SoakResult result) {
    Set<String> keys = new HashSet<>();
    Map<String, List<String>> lists = new HashMap<>();
    List<Client> clients = journal.clients();
    for (Client client : clients) {
      for (Call call : journal.calls(client)) {
        if (call.work() == Work.INCREMENT) {
          keys.add(ServerCount.incrementKey(call.id()));
        } else if (call.work() == Work.TRANSACTION) {
          keys.add(ServerCount.firstKey(call.id()));
          keys.add(ServerCount.secondKey(call.id()));
        }
      }
      lists.put(client.list(), list(stage.redis(), client.list()));
    }
    Judge judge =
        new Judge(new ServerCount(stage.redis().counters(keys), lists, stage.nginx().executions()));
    for (Client client : clients) {
      result.judged(client, judge.scores(journal.calls(client)));
    }
  }

  private static List<String> list(RedisServer redis, String key) {
    String all = redis.command("LRANGE", key, "0", "-1");
    return all.isEmpty() ? List.of() : new ArrayList<>(all.lines().toList());
  }
}
