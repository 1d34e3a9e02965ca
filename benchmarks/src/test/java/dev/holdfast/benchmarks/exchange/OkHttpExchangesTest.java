package dev.holdfast.benchmarks.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.http.okhttp.OkHttpGuard;
import dev.holdfast.lab.TlsIdentity;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.ServerLimits;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Nobody can tell that OkHttp has a guard: the same random calls show the same, bare and guarded:
 * answers, exceptions, what the user's interceptors and listeners hear, the pool's counts, and what
 * the servers were asked on which connection. Choose others with {@code -Dexchanges.seed=S
 * -Dexchanges.programs=N}.
 */
@Timeout(300)
final class OkHttpExchangesTest {

  private static final List<String> SCRIPTED = List.of("A", "B", "S");

  /** What races with the server's close, for the bare client too. */
  private static final Set<String> RACES = Set.of("early", "hasty", "slow", "stall");

  /** OkHttp keeps the connection of a server that closes it without a word behind a HEAD. */
  private static final String UNANNOUNCED = "old";

  private static final int BARE_RUNS = 3;

  private final long seed = Long.getLong("exchanges.seed", 1);
  private final int programs = Integer.getInteger("exchanges.programs", 60);

  @Test
  void mustShowTheSameBareAndGuarded() throws Exception {
    List<String> findings = new ArrayList<>();
    int calls = 0;
    int unsteady = 0;
    for (int i = 0; i < programs; i++) {
      Program program = Program.of(seed + i);
      List<Step> steps =
          program.steps().stream()
              .filter(step -> RACES.stream().noneMatch(step.kind()::contains))
              .filter(step -> !step.kind().equals(UNANNOUNCED))
              .toList();
      calls += steps.size();
      List<String> bare = run(steps, program.setting(), false);
      List<String> guarded = run(steps, program.setting(), true);
      if (!bare.equals(guarded)) {
        Optional<String> finding = judged(steps, program.setting(), bare, guarded);
        finding.ifPresent(findings::add);
        unsteady += finding.isEmpty() ? 1 : 0;
      }
    }
    System.out.printf(
        "OkHttp: %d calls bare and guarded, %d differences, %d programs unsteady%n",
        calls, findings.size(), unsteady);
    assertThat(findings).as(() -> "\n" + String.join("\n\n", findings) + "\n").isEmpty();
    assertThat(unsteady).as("programs that prove nothing").isLessThanOrEqualTo(programs / 10);
  }

  /** A difference counts if the bare client always shows the same, and the guarded one never. */
  private static Optional<String> judged(
      List<Step> steps, Setting setting, List<String> bare, List<String> guarded) throws Exception {
    for (int i = 0; i < BARE_RUNS; i++) {
      if (!run(steps, setting, false).equals(bare) || run(steps, setting, true).equals(bare)) {
        return Optional.empty();
      }
    }
    List<String> said = new ArrayList<>();
    for (int i = 0; i < Math.max(bare.size(), guarded.size()) && said.size() < 4; i++) {
      String one = i < bare.size() ? bare.get(i) : "(nothing)";
      String other = i < guarded.size() ? guarded.get(i) : "(nothing)";
      if (!one.equals(other)) {
        said.add("bare    " + one + "\n    guarded " + other);
      }
    }
    return Optional.of(String.join("\n    ", said));
  }

  private static List<String> run(List<Step> steps, Setting setting, boolean guarded)
      throws Exception {
    Map<String, ServerSocket> listeners = new HashMap<>();
    Map<String, String> origins = new HashMap<>();
    for (String name : SCRIPTED) {
      ServerSocket listener = Origin.listener();
      listeners.put(name, listener);
      origins.put(
          name, (name.equals("S") ? "https" : "http") + "://127.0.0.1:" + listener.getLocalPort());
    }
    Journal journal = new Journal();
    List<Origin> servers = new ArrayList<>();
    listeners.forEach(
        (name, listener) ->
            servers.add(
                new Origin(
                    name,
                    listener,
                    journal,
                    new Answers(origins),
                    TlsIdentity.shared().server(),
                    name.equals("S"),
                    false)));
    List<String> lines = new ArrayList<>();
    try (OkHttpGuard guard = guard();
        OkHttpCaller caller = new OkHttpCaller(setting, origins, guarded ? guard : null)) {
      for (Step step : steps) {
        lines.add(Run.named(step + " -> " + caller.run(step), origins));
      }
      for (String asked : journal.lines()) {
        lines.add(Run.named("asked " + asked, origins));
      }
    } finally {
      close(servers);
    }
    return lines;
  }

  private static OkHttpGuard guard() {
    return OkHttpGuard.custom(
            NetworkPath.to(ServerLimits.withIdleTimeout("origin", Duration.ofMinutes(5))).plan())
        .meterRegistry(new SimpleMeterRegistry())
        .build();
  }

  private static void close(List<Origin> servers) throws IOException {
    for (Origin server : servers) {
      server.close();
    }
  }
}
