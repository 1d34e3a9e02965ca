package dev.holdfast.benchmarks.exchange;

import dev.holdfast.lab.NginxServer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Many programs, some at a time. */
public final class Survey {

  private static final int LANES = 6;

  /** Calls for each program with pauses. */
  private static final int CALLS_FOR_IDLE = 2_000;

  /** It tells which request of its connection it answers, and leads on as the path says. */
  private static final String[] NGINX = {
    "location ~ ^/30(1|2|3)[.@] { return 302 /plain/1; }",
    "location ~ ^/30(7|8)[.@] { return 308 /plain/1; }",
    "location ~ ^/ { return 200 \"nginx $connection_requests\\n\"; }"
  };

  private final long calls;
  private final int mostFindings;
  private final long firstSeed;
  private final AtomicLong nextSeed;
  private final LongAdder callsRun = new LongAdder();
  private final LongAdder programsRun = new LongAdder();
  private final DoubleAdder proofs = new DoubleAdder();
  private final List<String> findings = Collections.synchronizedList(new ArrayList<>());
  private final List<String> unsteady = Collections.synchronizedList(new ArrayList<>());

  /**
   * @param firstSeed of the first program; the others follow
   * @param calls of all programs together, at least
   * @param mostFindings after which the survey ends
   */
  public Survey(long firstSeed, long calls, int mostFindings) {
    this.calls = calls;
    this.mostFindings = mostFindings;
    this.firstSeed = firstSeed;
    this.nextSeed = new AtomicLong(firstSeed);
  }

  /**
   * Runs them.
   *
   * @return this
   * @throws Exception if a program could not be run
   */
  public Survey run() throws Exception {
    long idle = 1 + calls / CALLS_FOR_IDLE;
    ExecutorService threads = Executors.newCachedThreadPool();
    try (NginxServer nginx = NginxServer.builder().tls().directives(NGINX).start()) {
      Judge judge = new Judge(new Run(nginx));
      List<Future<?>> lanes = new ArrayList<>();
      for (long i = 0; i < idle; i++) {
        Program program = Program.idle(firstSeed + i);
        lanes.add(threads.submit(() -> note(judge, program, Mode.PROVING)));
      }
      for (int i = 0; i < LANES; i++) {
        lanes.add(threads.submit(() -> lane(judge)));
      }
      for (Future<?> lane : lanes) {
        lane.get();
      }
    } finally {
      threads.shutdownNow();
    }
    return this;
  }

  private @Nullable Void lane(Judge judge) throws Exception {
    while (callsRun.sum() < calls && findings.size() < mostFindings) {
      note(judge, Program.of(nextSeed.getAndIncrement()), Mode.GUARDED);
    }
    return null;
  }

  private @Nullable Void note(Judge judge, Program program, Mode mode) throws Exception {
    Judge.Verdict verdict = judge.judge(program, mode);
    if (verdict instanceof Judge.Verdict.Different different) {
      findings.add(different.finding());
    } else if (verdict instanceof Judge.Verdict.Unsteady bare) {
      unsteady.add(bare.finding());
    }
    proofs.add(verdict.proofs());
    callsRun.add(program.steps().size());
    programsRun.increment();
    return null;
  }

  /**
   * The programs that showed something else when guarded.
   *
   * @return each made as short as it could be, with its seed
   */
  public List<String> findings() {
    return List.copyOf(findings);
  }

  /**
   * The programs that prove nothing, for they show now this and now that when bare.
   *
   * @return each with what it showed
   */
  public List<String> unsteady() {
    return List.copyOf(unsteady);
  }

  /**
   * How many steps were run, each bare and guarded.
   *
   * @return the count
   */
  public long callsRun() {
    return callsRun.sum();
  }

  /**
   * How many programs were run.
   *
   * @return the count
   */
  public long programsRun() {
    return programsRun.sum();
  }

  /**
   * How many paths were proved before a call.
   *
   * @return the count
   */
  public long proofs() {
    return (long) proofs.sum();
  }
}
