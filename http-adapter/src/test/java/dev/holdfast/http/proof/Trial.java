package dev.holdfast.http.proof;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.lab.Await;
import dev.holdfast.lab.NginxServer;
import dev.holdfast.lab.kernel.Dial;
import dev.holdfast.lab.kernel.Network;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * One client, bare and guarded, with connections of their own for GET and for POST, against a real
 * nginx that names each answer's request and logs every one it ran.
 */
final class Trial implements AutoCloseable {

  static final Duration SOON = Duration.ofSeconds(10);

  /** A call not settled by then hangs. */
  static final Duration PATIENCE = Duration.ofSeconds(4);

  /** Makes nginx say which request its answer is for. */
  static final String NAMED = "add_header X-Request-Id $http_x_request_id always;";

  private String scenario;
  private final Client client;
  private final NginxServer nginx;
  private final Map<Verb, Crew> bare = new EnumMap<>(Verb.class);
  private final Map<Verb, Crew> guarded = new EnumMap<>(Verb.class);
  private final Map<Verb, Score> bareScores = new EnumMap<>(Verb.class);
  private final Map<Verb, Score> guardedScores = new EnumMap<>(Verb.class);

  Trial(String scenario, Client client, NginxServer nginx, Target target) {
    this.scenario = scenario;
    this.client = client;
    this.nginx = nginx;
    for (Verb verb : Verb.PLAIN) {
      bare.put(verb, new Crew("bare" + verb, client.bare(target), target.connections()));
      guarded.put(verb, new Crew("guarded" + verb, client.guarded(target), target.connections()));
    }
  }

  /**
   * Against a server that closes idle connections, which the guard's plan knows if it is declared.
   */
  static Trial closing(
      String scenario,
      Client client,
      Network network,
      Duration limit,
      boolean declared,
      int callers)
      throws Exception {
    NginxServer nginx =
        network.nginx(0, builder -> builder.directives(NAMED).keepAliveTimeout(limit));
    Target target = target(Dial.ROUTED, nginx, callers);
    return new Trial(scenario, client, nginx, declared ? target.with(Target.idle(limit)) : target);
  }

  static Target target(Dial dial, NginxServer nginx, int connections) {
    return Target.of(dial.address(), nginx.port(), connections);
  }

  /** Opens every connection and leaves it idle. */
  void warm() throws InterruptedException {
    List<Settled> all = new ArrayList<>();
    for (Map<Verb, Crew> crews : List.of(bare, guarded)) {
      for (Crew crew : crews.values()) {
        all.addAll(crew.burst("warm", Verb.GET, SOON));
      }
    }
    assertThat(Score.of(all, ran(all)).lines()).isEmpty();
  }

  /** One call on each connection; the guarded ones come first, for bare ones may hang. */
  void burst() throws InterruptedException {
    for (Verb verb : Verb.PLAIN) {
      settleGuarded(verb, guarded(verb).burst("call", verb, PATIENCE));
    }
    for (Verb verb : Verb.PLAIN) {
      settleBare(verb, bare(verb).burst("call", verb, PATIENCE));
    }
  }

  Crew bare(Verb verb) {
    return crew(bare, verb);
  }

  Crew guarded(Verb verb) {
    return crew(guarded, verb);
  }

  private static Crew crew(Map<Verb, Crew> crews, Verb verb) {
    Crew crew = crews.get(verb);
    if (crew == null) {
      throw new IllegalArgumentException("no crew for " + verb);
    }
    return crew;
  }

  void settleBare(Verb verb, List<Settled> calls) {
    bareScores.put(
        verb, Score.of(calls, ran(calls)).print(scenario, client, "bare", verb.toString()));
  }

  void settleGuarded(Verb verb, List<Settled> calls) {
    guardedScores.put(
        verb, Score.of(calls, ran(calls)).print(scenario, client, "guarded", verb.toString()));
  }

  /** Calls of both kinds at once. */
  void settleBareMixed(List<Settled> calls) {
    Verb.PLAIN.forEach(verb -> settleBare(verb, only(verb, calls)));
  }

  void settleGuardedMixed(List<Settled> calls) {
    Verb.PLAIN.forEach(verb -> settleGuarded(verb, only(verb, calls)));
  }

  private static List<Settled> only(Verb verb, List<Settled> calls) {
    return calls.stream().filter(call -> call.verb() == verb).toList();
  }

  /** What follows is printed under another name. */
  Trial renamed(String next) {
    scenario = next;
    return this;
  }

  /** No call fails, none runs twice, none gets an answer not its own. */
  void assertNoneLost() {
    for (Score score : guardedScores.values()) {
      assertThat(score.errors()).as("errors %s", score.lines()).isZero();
      assertThat(score.duplicates()).isZero();
      assertThat(score.falseSuccesses()).isZero();
    }
    assertThat(score(guardedScores, Verb.GET).ambiguous()).as("a GET is never unclear").isZero();
  }

  void assertNoneUnclear() {
    Score posts = score(guardedScores, Verb.POST);
    assertThat(posts.ambiguous()).as("ambiguous %s", posts.lines()).isZero();
  }

  /** The fault was there: the bare client met it, or hid it by running a POST twice. */
  void assertBareMetIt() {
    Score posts = score(bareScores, Verb.POST);
    assertThat(posts.errors() + posts.duplicates()).isPositive();
  }

  private static Score score(Map<Verb, Score> scores, Verb verb) {
    Score score = scores.get(verb);
    if (score == null) {
      throw new IllegalStateException("no " + verb + " was settled");
    }
    return score;
  }

  /** A request is logged shortly after its answer was sent. */
  private Map<String, Long> ran(List<Settled> settled) {
    List<String> answered =
        settled.stream()
            .filter(call -> call.end() == Settled.End.ANSWERED)
            .map(Settled::id)
            .toList();
    Await.until("logged", SOON, () -> nginx.executions().keySet().containsAll(answered));
    return nginx.executions();
  }

  @Override
  public void close() throws Exception {
    for (Map<Verb, Crew> crews : List.of(bare, guarded)) {
      for (Crew crew : crews.values()) {
        crew.close();
      }
    }
  }
}
