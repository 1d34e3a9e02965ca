package dev.holdfast.examples;

import dev.holdfast.examples.Step.Burst;
import dev.holdfast.examples.Step.BurstLosingReplies;
import dev.holdfast.examples.Step.End;
import dev.holdfast.examples.Step.Idle;
import dev.holdfast.examples.Step.IdleWithFailover;
import dev.holdfast.lab.Await;
import dev.holdfast.lab.Middlebox;
import dev.holdfast.lab.RedisServer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** One contender in one scenario, behind a middlebox of its own. */
final class Run implements AutoCloseable {
  private static final Duration SOON = Duration.ofSeconds(20);

  private final Scenario scenario;
  private final Contender contender;
  private final RedisServer redis;
  private final Middlebox box;
  private final long start;
  private final WireTrace wire;
  private final Contender.Session session;
  private final Workload workload;

  Run(Scenario scenario, Contender contender, RedisServer redis) {
    this.scenario = scenario;
    this.contender = contender;
    this.redis = redis;
    this.box =
        Middlebox.to(redis.port())
            .forgetting(scenario.forgetting())
            .idleLimit(scenario.idleLimit())
            .start();
    this.session = open();
    this.start = System.nanoTime();
    this.wire = new WireTrace(box, start);
    String keys = "op:%s:%s:".formatted(scenario.name(), contender.mode());
    this.workload = new Workload(keys, session.commands(), wire, start);
  }

  private Contender.Session open() {
    try {
      return contender.open(scenario, box.port());
    } catch (RuntimeException e) {
      box.close();
      throw e;
    }
  }

  String mode() {
    return contender.mode();
  }

  /** Takes one step and says how it went, or {@code ""} where there is nothing to say. */
  String take(Step step) throws InterruptedException {
    if (step instanceof Burst burst) {
      return workload.burst(burst.callsPerThread()).await();
    }
    if (step instanceof BurstLosingReplies losing) {
      return loseReplies(losing);
    }
    if (step instanceof IdleWithFailover failover) {
      Thread.sleep(failover.length().dividedBy(2).toMillis());
      box.forgetAll();
      wire.failover();
      Thread.sleep(failover.length().dividedBy(2).toMillis());
      return "";
    }
    Thread.sleep(((Idle) step).length().toMillis());
    return "";
  }

  private String loseReplies(BurstLosingReplies step) throws InterruptedException {
    Workload.Burst burst = workload.incrementsOnly(step.callsPerThread());
    int half = step.callsPerThread() * Workload.THREADS / 2;
    Await.until("half the burst is through", SOON, () -> burst.callsMade() > half);
    long before = box.bytesDropped();
    box.swallowReplies();
    // INCR n is answered by ":1": every thread waits for a reply that was eaten.
    long eaten = before + (long) Workload.THREADS * ":1\r\n".length();
    Await.until("the replies are eaten", SOON, () -> box.bytesDropped() >= eaten);
    wire.failover();
    if (step.end() == End.FIN) {
      box.finAll();
    } else {
      box.resetAll();
    }
    return burst.await();
  }

  /** Ends the client, then asks the server itself how often each INCR ran. */
  Outcome finish() {
    long length = System.nanoTime() - start;
    Map<String, Long> diagnoses = new TreeMap<>(session.diagnoses());
    long opened = box.connectionsAccepted();
    close();
    List<Call> calls = workload.calls();
    List<String> keys =
        calls.stream().filter(call -> call.kind() == Call.Kind.INCR).map(Call::key).toList();
    return new Outcome(
        scenario,
        contender.mode(),
        calls,
        redis.counters(keys),
        opened,
        diagnoses,
        workload.errors(),
        wire.silences(),
        wire.events(),
        length,
        session.safeAge());
  }

  @Override
  public void close() {
    workload.close();
    session.close();
    wire.close();
    box.close();
  }
}
