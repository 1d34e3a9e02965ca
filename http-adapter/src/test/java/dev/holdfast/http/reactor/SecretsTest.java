package dev.holdfast.http.reactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.holdfast.lab.Await;
import dev.holdfast.lab.http.Answer;
import dev.holdfast.lab.http.Ending;
import dev.holdfast.lab.http.Exchange;
import dev.holdfast.lab.http.FaultServer;
import dev.holdfast.report.DiagnosisEvent;
import dev.holdfast.retry.AmbiguousOutcomeException;
import dev.holdfast.retry.NotExecutedException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** What the guard says names no URL, header, body, address or credential. */
final class SecretsTest {

  private static final String SECRET = "s3cret";

  @Test
  void mustTellNothingOfWhatWasSent() {
    List<String> said = new CopyOnWriteArrayList<>();
    List<DiagnosisEvent> diagnoses = new CopyOnWriteArrayList<>();
    try (FaultServer server = FaultServer.plain();
        HttpBed bed =
            new HttpBed(
                HttpBed.plan(),
                settings -> settings,
                client -> client.headers(headers -> headers.set("Authorization", SECRET)))) {
      bed.guard.onDiagnosis(diagnoses::add);
      for (Ending ending : List.of(Ending.FIN, Ending.RST)) {
        bed.get(server.uri("/" + SECRET));
        server.next(new Exchange.Unanswered(ending));
        Throwable thrown = catchThrowable(() -> bed.post(server.uri("/x?token=" + SECRET), SECRET));
        said.add(AmbiguousOutcomeException.in(thrown).orElseThrow().toString());
        bed.get(server.uri("/" + SECRET));
        server.next(
            new Exchange.Babbled("HTTP/1.1 " + SECRET + "\r\n" + SECRET + "\r\n\r\n", ending));
        assertThat(catchThrowable(() -> bed.get(server.uri("/" + SECRET)))).isNotNull();
      }
      server.always(new Exchange.Answered(Answer.ok()));
      Await.until("diagnosed", HttpBed.SOON, () -> diagnoses.size() >= 2);
      bed.swaps.forEach(swap -> said.add(swap.toString()));
      diagnoses.forEach(diagnosis -> said.add(diagnosis.line()));
      bed.registry.getMeters().forEach(meter -> said.add(meter.getId().toString()));
      bed.guard.snapshots().forEach(wire -> said.add(wire.toString()));
    }
    said.add(new NotExecutedException("POST", "why").toString());
    assertThat(said)
        .hasSizeGreaterThan(10)
        .allSatisfy(
            text -> assertThat(text).doesNotContain(SECRET, "token", "127.0.0.1", "localhost"));
  }
}
