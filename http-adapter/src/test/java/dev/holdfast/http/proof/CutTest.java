package dev.holdfast.http.proof;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.http.proof.Settled.End;
import dev.holdfast.lab.http.Answer;
import dev.holdfast.lab.http.Ending;
import dev.holdfast.lab.http.Exchange;
import dev.holdfast.lab.http.FaultServer;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The server ends the connection at every byte of the request and of the answer, with a FIN and
 * with an RST, on a connection used before and on a fresh one. A request that must not be repeated
 * is never even begun a second time, and its caller always learns by type what is not known.
 */
@Timeout(600)
final class CutTest {

  /** Resets, fresh connections and all of TLS meet every so many-th cut only. */
  private static final int STRIDE = 5;

  private final Map<End, Integer> ends = new EnumMap<>(End.class);
  private int cuts;

  @ParameterizedTest
  @CsvSource({
    "HC5,false",
    "HC5,true",
    "HC5_ASYNC,false",
    "HC5_ASYNC,true",
    "REACTOR,false",
    "REACTOR,true",
    "OKHTTP,false",
    "OKHTTP,true"
  })
  void mustNeverRunARequestTwiceWhereverItIsCut(Client client, boolean tls) throws Exception {
    try (FaultServer server = tls ? FaultServer.tls() : FaultServer.plain();
        HttpContender contender = client.guarded(Target.of(server, tls, 1))) {
      Bench bench = new Bench(server, contender);
      for (Verb verb : Verb.values()) {
        for (Ending ending : new Ending[] {Ending.FIN, Ending.RST}) {
          cutAll(bench, verb, ending, false, tls || ending == Ending.RST ? STRIDE : 1);
          cutAll(bench, verb, ending, true, STRIDE);
        }
      }
    }
    System.out.printf(Locale.ROOT, "[http] %s tls=%s: %d cuts, %s%n", client, tls, cuts, ends);
    assertThat(cuts).isGreaterThan(tls ? 500 : 1_000);
  }

  private record Bench(FaultServer server, HttpContender contender) {}

  private void cutAll(Bench bench, Verb verb, Ending ending, boolean fresh, int stride) {
    String id = "c%05d".formatted(cuts);
    assertThat(Crew.settle(bench.contender(), verb, id).end()).isEqualTo(End.ANSWERED);
    long request = bench.server().requestBytes();
    for (int bytes = 1; bytes < request; bytes += stride) {
      cut(bench, verb, fresh, new Exchange.RequestCut(bytes, ending));
    }
    int answer = Answer.ok().bytes(id);
    for (int bytes = 0; bytes < answer; bytes += stride) {
      cut(bench, verb, fresh, new Exchange.AnswerCut(Answer.ok(), bytes, ending));
    }
  }

  private void cut(Bench bench, Verb verb, boolean fresh, Exchange exchange) {
    FaultServer server = bench.server();
    Answer before = fresh ? Answer.ok().closing() : Answer.ok();
    server.next(new Exchange.Answered(before));
    Settled warm = Crew.settle(bench.contender(), Verb.GET, "warm" + cuts);
    assertThat(warm.end()).as(warm.line()).isEqualTo(End.ANSWERED);
    String id = "c%05d".formatted(cuts);
    long begun = server.begun();
    long connections = server.connections();
    server.next(exchange);
    Settled settled = Crew.settle(bench.contender(), verb, id);
    cuts++;
    ends.merge(settled.end(), 1, Integer::sum);
    String what = exchange + (fresh ? ", fresh: " : ", reused: ") + settled.line();
    if (fresh) {
      assertThat(server.connections()).as(what).isGreaterThan(connections);
    }
    assertThat(settled.end()).as(what).isNotEqualTo(End.FALSELY_ANSWERED);
    if (settled.end() == End.ANSWERED) {
      assertThat(server.executions(id)).as(what).isPositive();
    }
    if (!verb.repeatable()) {
      assertThat(server.begun() - begun).as("begun, " + what).isEqualTo(1);
      assertThat(settled.end()).as(what).isIn(known(exchange, id));
    } else if (!fresh && !answered(exchange)) {
      assertThat(settled.end()).as(what).isEqualTo(End.ANSWERED);
      assertThat(server.begun() - begun).as("begun, " + what).isEqualTo(2);
    } else {
      assertThat(server.begun() - begun).as("begun, " + what).isBetween(1L, 2L);
    }
  }

  /** Once its head has come the answer is the caller's, and so is the error of its body. */
  private static List<End> known(Exchange exchange, String id) {
    boolean head =
        exchange instanceof Exchange.AnswerCut cut && cut.bytes() >= Answer.ok().headBytes(id);
    return head ? List.of(End.FAILED, End.AMBIGUOUS) : List.of(End.AMBIGUOUS);
  }

  private static boolean answered(Exchange exchange) {
    return exchange instanceof Exchange.AnswerCut cut && cut.bytes() > 0;
  }
}
