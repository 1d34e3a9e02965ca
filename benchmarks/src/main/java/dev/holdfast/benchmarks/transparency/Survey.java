package dev.holdfast.benchmarks.transparency;

import dev.holdfast.benchmarks.transparency.Transcript.Section;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Many programs, some at a time. */
public final class Survey {

  private static final int LANES = 4;
  private static final int SHRINKING_RUNS = 40;

  private final long steps;
  private final int mostFindings;
  private final Set<Section> sections;
  private final AtomicLong nextSeed;
  private final LongAdder stepsRun = new LongAdder();
  private final LongAdder programsRun = new LongAdder();
  private final List<Finding> findings = Collections.synchronizedList(new ArrayList<>());
  private final List<String> unsteady = Collections.synchronizedList(new ArrayList<>());

  /**
   * @param firstSeed of the first program; the others follow
   * @param steps of all programs together, at least
   * @param mostFindings after which the survey ends
   */
  public Survey(long firstSeed, long steps, int mostFindings) {
    this(firstSeed, steps, mostFindings, EnumSet.allOf(Section.class));
  }

  Survey(long firstSeed, long steps, int mostFindings, Set<Section> sections) {
    this.steps = steps;
    this.mostFindings = mostFindings;
    this.sections = sections;
    this.nextSeed = new AtomicLong(firstSeed);
  }

  /**
   * Runs them.
   *
   * @return this
   * @throws Exception if a program could not be run
   */
  public Survey run() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(LANES);
    try {
      List<Future<?>> lanes = new ArrayList<>();
      for (int i = 0; i < LANES; i++) {
        lanes.add(threads.submit(this::lane));
      }
      for (Future<?> lane : lanes) {
        lane.get();
      }
    } finally {
      threads.shutdownNow();
    }
    return this;
  }

  private @Nullable Void lane() throws Exception {
    try (Lane lane = new Lane()) {
      Judge judge = new Judge(lane, sections);
      while (stepsRun.sum() < steps && findings.size() < mostFindings) {
        Program program = ProgramMaker.make(nextSeed.getAndIncrement());
        for (Judge.Verdict verdict : judge.judge(program)) {
          if (verdict instanceof Judge.Verdict.Different different) {
            findings.add(judge.shrink(different.finding(), SHRINKING_RUNS));
          } else if (verdict instanceof Judge.Verdict.Unsteady bare) {
            unsteady.add(bare.program() + "\n  already bare, in " + bare.difference());
          }
        }
        stepsRun.add(program.steps().size());
        programsRun.increment();
      }
    }
    return null;
  }

  /**
   * The programs that showed something else when guarded.
   *
   * @return each made as short as it could be
   */
  public List<Finding> findings() {
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
   * How many steps were run, each in every mode.
   *
   * @return the count
   */
  public long stepsRun() {
    return stepsRun.sum();
  }

  /**
   * How many programs were run.
   *
   * @return the count
   */
  public long programsRun() {
    return programsRun.sum();
  }
}
