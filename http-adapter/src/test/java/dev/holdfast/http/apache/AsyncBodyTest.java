package dev.holdfast.http.apache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.lab.Await;
import dev.holdfast.lab.http.Ending;
import dev.holdfast.lab.http.Exchange;
import dev.holdfast.lab.http.FaultServer;
import dev.holdfast.retry.AmbiguousOutcomeException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hc.client5.http.async.methods.SimpleHttpResponse;
import org.apache.hc.client5.http.async.methods.SimpleResponseConsumer;
import org.apache.hc.core5.http.nio.AsyncEntityProducer;
import org.apache.hc.core5.http.nio.DataStreamChannel;
import org.apache.hc.core5.http.nio.support.AsyncRequestBuilder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Bodies that can be produced once, that fail by themselves, and callers that hang up. */
@Timeout(120)
final class AsyncBodyTest {

  /** Produces its text once, or throws in its place. */
  private static final class Once implements AsyncEntityProducer {

    private final AtomicInteger produced = new AtomicInteger();
    private final boolean throwing;

    Once(boolean throwing) {
      this.throwing = throwing;
    }

    @Override
    public boolean isRepeatable() {
      return false;
    }

    @Override
    public void failed(Exception thrown) {}

    @Override
    public long getContentLength() {
      return -1;
    }

    @Override
    public String getContentType() {
      return "text/plain";
    }

    @Override
    public @Nullable String getContentEncoding() {
      return null;
    }

    @Override
    public boolean isChunked() {
      return true;
    }

    @Override
    public Set<String> getTrailerNames() {
      return Set.of();
    }

    @Override
    public int available() {
      return 4;
    }

    @Override
    public void produce(DataStreamChannel channel) throws IOException {
      produced.incrementAndGet();
      if (throwing) {
        throw new IOException("Broken pipe"); // of the caller's own
      }
      channel.write(ByteBuffer.wrap("once".getBytes(StandardCharsets.US_ASCII)));
      channel.endStream();
    }

    @Override
    public void releaseResources() {}
  }

  private static SimpleHttpResponse send(AsyncBed bed, FaultServer server, String id, Once body)
      throws Exception {
    return execute(bed, server, id, body).get(20, TimeUnit.SECONDS);
  }

  private static Future<SimpleHttpResponse> execute(
      AsyncBed bed, FaultServer server, String id, Once body) {
    return bed.client()
        .execute(
            AsyncRequestBuilder.put(server.uri("/" + id))
                .addHeader(FaultServer.REQUEST_ID, id)
                .setEntity(body)
                .build(),
            SimpleResponseConsumer.create(),
            null);
  }

  @Test
  void mustNotProduceABodyTwiceThatCanBeProducedOnce() throws Exception {
    try (FaultServer server = FaultServer.plain();
        AsyncBed bed = new AsyncBed(server)) {
      bed.send("GET", "first");
      server.next(new Exchange.Unanswered(Ending.FIN));
      Once body = new Once(false);
      assertThatThrownBy(() -> send(bed, server, "put", body))
          .isInstanceOf(ExecutionException.class);
      assertThat(body.produced).hasValue(1);
      assertThat(server.executions("put")).isEqualTo(1);
    }
  }

  /** It was not begun: the connection was found dead before. */
  @Test
  void mustMoveABodyThatWasNotBegun() throws Exception {
    try (FaultServer server = FaultServer.plain();
        AsyncBed bed = new AsyncBed(server)) {
      bed.send("GET", "first");
      Await.until("idle", AsyncBed.SOON, () -> server.idle() == 1);
      server.endIdle(Ending.FIN);
      Await.until("closed", AsyncBed.SOON, () -> server.open() == 0);
      Once body = new Once(false);
      assertThat(send(bed, server, "put", body).getCode()).isEqualTo(200);
      assertThat(body.produced).hasValue(1);
    }
  }

  /** What the caller's body throws is no loss of the connection's, whatever it reads like. */
  @Test
  void mustNotTakeAnErrorOfTheBodyForOneOfThePath() throws Exception {
    try (FaultServer server = FaultServer.plain();
        AsyncBed bed = new AsyncBed(server)) {
      bed.send("GET", "first");
      Once body = new Once(true);
      assertThatThrownBy(() -> send(bed, server, "put", body))
          .hasCauseInstanceOf(IOException.class)
          .satisfies(thrown -> assertThat(AmbiguousOutcomeException.in(thrown)).isEmpty());
      assertThat(body.produced).hasValue(1);
      assertThat(bed.swaps()).isEmpty();
    }
  }

  @Test
  void mustEndACallThatIsCancelled() throws Exception {
    try (FaultServer server = FaultServer.plain();
        AsyncBed bed = new AsyncBed(server)) {
      bed.send("GET", "first");
      server.next(new Exchange.Unanswered(Ending.OPEN));
      Future<SimpleHttpResponse> call = execute(bed, server, "put", new Once(false));
      Await.until("arrived", AsyncBed.SOON, () -> server.executions("put") == 1);
      assertThat(call.cancel(true)).isTrue();
      assertThat(call.isCancelled()).isTrue();
      // The cancelled one's connection stays leased until its answer comes, as without a guard.
      assertThat(
              AsyncBed.text(
                  AsyncBed.send(
                      bed.client(), AsyncBed.request("POST", server.uri("/next"), "next"))))
          .isEqualTo("next");
      assertThat(server.executions("put")).isEqualTo(1);
    }
  }
}
