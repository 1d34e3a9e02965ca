package dev.holdfast.examples;

import dev.holdfast.lab.kernel.Network;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * One incident, replayed.
 *
 * @param incident which
 * @param redisVersion of the server it was replayed with
 * @param scores the parties' figures, bare first
 * @param evidence what shows that it was real, or prevented
 * @param moments what happened, in order
 * @param lengthNanos how long it took
 */
record Replay(
    Incident incident,
    String redisVersion,
    List<Score> scores,
    List<String> evidence,
    List<Moment> moments,
    long lengthNanos) {

  /** Replays an incident on a network of its own, and prints its evidence. */
  static Replay of(Incident incident, PrintStream out) throws InterruptedException {
    out.printf("%n%s: %s%n", incident.name(), incident.story());
    Replay replay;
    try (Network network = Network.open(incident.servers())) {
      replay = on(network, incident);
    }
    replay.evidence().forEach(line -> out.println("  " + line));
    return replay;
  }

  static Replay on(Network network, Incident incident) throws InterruptedException {
    try (Stage stage = new Stage(incident, network)) {
      incident.play(stage);
      stage.wire().tell(stage.parties());
      List<Score> scores = new ArrayList<>();
      for (Party party : stage.parties()) {
        scores.add(score(incident, stage, party));
      }
      return new Replay(
          incident,
          stage.redis().version(),
          scores,
          List.copyOf(stage.evidence()),
          stage.timeline().moments(),
          stage.timeline().elapsedNanos());
    }
  }

  private static Score score(Incident incident, Stage stage, Party party) {
    List<Call> calls = party.calls();
    Map<String, Long> counted = stage.redis().counters(calls.stream().map(Call::key).toList());
    return Score.of(
        incident.name(),
        party.mode(),
        calls,
        counted,
        party.connectionsOpened(),
        party.diagnoses());
  }

  Score score(String mode) {
    return Summary.mode(scores, mode).get(0);
  }

  boolean promiseKept() {
    return incident.promise().keptBy(score("guarded"));
  }

  /** The names of those that no client can help, and that the guard has explained. */
  static List<String> explained(List<Replay> replays) {
    return replays.stream()
        .filter(replay -> replay.incident().promise() instanceof Promise.Explained)
        .filter(Replay::promiseKept)
        .map(replay -> replay.incident().name())
        .toList();
  }

  static List<Score> scores(List<Replay> replays) {
    return replays.stream().flatMap(replay -> replay.scores().stream()).toList();
  }
}
