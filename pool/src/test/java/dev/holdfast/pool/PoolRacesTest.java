package dev.holdfast.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.openjdk.jcstress.infra.Status;
import org.openjdk.jcstress.infra.collectors.TestResult;
import org.openjdk.jcstress.infra.grading.GradingResult;
import org.openjdk.jcstress.infra.runners.TestList;

/**
 * Runs every race of the engine many times and grades how each ended: {@link BorrowRaces}, {@link
 * ReturnRaces}, {@link WaiterRaces}, {@link HandOverRaces}, {@link OwnerRaces}, {@link DialRaces}.
 * A short pass unless told otherwise; {@code benchmarks/run stress} runs them in every mode of the
 * JVM and prints the table.
 */
final class PoolRacesTest {

  private static final boolean EVERY_MODE = Boolean.getBoolean("races.everyMode");

  /** How long each race is run in each mode, without its preparation. */
  private static final int MILLIS = Integer.getInteger("races.millis", 200);

  private static final Path WHERE = Path.of("target", "races");

  @Test
  void mustEndEveryRaceInAnAcceptableWay() throws Exception {
    assumeTrue(Runtime.getRuntime().availableProcessors() > 1, "a race needs two processors");
    Collection<TestResult> races =
        EVERY_MODE ? RaceRuns.everyMode(MILLIS, WHERE) : RaceRuns.here(MILLIS);
    String table = table(races);
    Files.createDirectories(WHERE);
    Files.writeString(WHERE.resolve("races.txt"), table);
    assertThat(races).as(table).hasSameSizeAs(TestList.tests()).allMatch(PoolRacesTest::passed);
  }

  private static boolean passed(TestResult race) {
    return race.status() == Status.NORMAL && race.grading().isPassed;
  }

  private static String table(Collection<TestResult> races) {
    TreeMap<String, TestResult> sorted = new TreeMap<>();
    races.forEach(race -> sorted.put(race.getName().replaceAll(".*\\.pool\\.", ""), race));
    StringBuilder text = new StringBuilder();
    sorted.forEach(
        (name, race) -> {
          text.append(
              "%-6s  %s: %s%n"
                  .formatted(
                      passed(race) ? "passed" : "FAILED",
                      name,
                      TestList.getInfo(race.getName()).description()));
          race.getMessages().forEach(line -> text.append("        %s%n".formatted(line)));
          for (GradingResult outcome : race.grading().gradingResults.values()) {
            text.append(
                "  %,14d  %s (%s: %s)%n"
                    .formatted(outcome.count, outcome.id, outcome.expect, outcome.description));
          }
        });
    return text.toString();
  }
}
