package dev.holdfast.http.apache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.http.RawListener;
import dev.holdfast.lab.Await;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.async.CloseableHttpAsyncClient;
import org.apache.hc.client5.http.impl.async.HttpAsyncClientBuilder;
import org.apache.hc.client5.http.impl.async.HttpAsyncClients;
import org.apache.hc.client5.http.impl.nio.PoolingAsyncClientConnectionManagerBuilder;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.core5.concurrent.FutureCallback;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.EntityDetails;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.nio.AsyncResponseConsumer;
import org.apache.hc.core5.http.nio.CapacityChannel;
import org.apache.hc.core5.http.nio.entity.AsyncEntityProducers;
import org.apache.hc.core5.http.nio.support.AsyncRequestBuilder;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.io.CloseMode;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * On a healthy path nobody can tell the guarded client from the bare one: the same random program,
 * of a fixed seed, has the same callbacks, results and bytes at the server, over the same
 * connections. Its calls follow each other, and nothing depends on time.
 */
@Timeout(120)
final class AsyncUnseenTest {

  private static final int CALLS = 40;
  private static final List<String> METHODS = List.of("GET", "POST", "PUT", "DELETE", "HEAD");
  private static final List<String> ANSWERS =
      List.of("length", "chunked", "empty", "close", "hints", "missing", "moved", "refused");

  /** Answers by the path, and writes down what it reads. */
  private static final class Writing implements RawListener.Service {

    private final List<String> read = new CopyOnWriteArrayList<>();

    @Override
    public void serve(Socket socket) throws IOException {
      InputStream in = new BufferedInputStream(socket.getInputStream());
      OutputStream out = socket.getOutputStream();
      String head = head(in);
      if (!head.isEmpty()) { // or it was a late reactor's dial, which is repeated
        read.add("connection");
      }
      while (!head.isEmpty()) {
        String lower = head.toLowerCase(Locale.ROOT);
        if (lower.contains("expect: 100-continue")) {
          out.write(ascii("HTTP/1.1 100 Continue\r\n\r\n"));
        }
        read.add(head + body(lower, in).length());
        String method = head.substring(0, head.indexOf(' '));
        String answer = head.substring(head.indexOf('/') + 1, head.indexOf('-'));
        out.write(ascii(answer(answer, method.equals("HEAD"))));
        out.flush();
        if (answer.equals("close")) {
          return;
        }
        head = head(in);
      }
    }

    private static String answer(String name, boolean head) {
      return switch (name) {
        case "chunked" ->
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: Sum\r\n\r\n"
                + (head ? "" : "5\r\nchunk\r\n5\r\nchunk\r\n0\r\nSum: 10\r\n\r\n");
        case "empty" -> "HTTP/1.1 204 No Content\r\n\r\n";
        case "close" ->
            "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 4\r\n\r\n"
                + (head ? "" : "last");
        case "hints" ->
            "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 200 OK\r\n"
                + "Content-Length: 5\r\n\r\n"
                + (head ? "" : "hints");
        case "missing" ->
            "HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\n" + (head ? "" : "none");
        case "moved" ->
            "HTTP/1.1 303 See Other\r\nLocation: /length-0\r\nContent-Length: 0\r\n\r\n";
        case "refused" ->
            """
            HTTP/1.1 500 Internal Server Error
            Content-Length: 0
            Keep-Alive: timeout=60

            """
                .replace("\n", "\r\n");
        default ->
            "HTTP/1.1 200 OK\r\nContent-Length: 20000\r\n\r\n" + (head ? "" : "x".repeat(20_000));
      };
    }

    private static byte[] ascii(String text) {
      return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static String head(InputStream in) throws IOException {
      ByteArrayOutputStream head = new ByteArrayOutputStream();
      while (!head.toString(StandardCharsets.US_ASCII).endsWith("\r\n\r\n")) {
        int next = in.read();
        if (next < 0) {
          return "";
        }
        head.write(next);
      }
      return head.toString(StandardCharsets.US_ASCII);
    }

    private static String body(String head, InputStream in) throws IOException {
      int at = head.indexOf("content-length: ");
      if (at >= 0) {
        int length = Integer.parseInt(head.substring(at + 16, head.indexOf('\r', at)));
        return new String(in.readNBytes(length), StandardCharsets.US_ASCII);
      }
      StringBuilder body = new StringBuilder();
      while (head.contains("transfer-encoding: chunked")
          && !body.toString().endsWith("0\r\n\r\n")) {
        body.append((char) in.read());
      }
      return body.toString();
    }
  }

  /** Writes down what the client calls, but for how it cuts a body. */
  private static final class Told implements AsyncResponseConsumer<String> {

    private final List<String> events;
    private final CountDownLatch begun = new CountDownLatch(1);
    private int bytes;
    private @Nullable FutureCallback<String> result;

    Told(List<String> events) {
      this.events = events;
    }

    @Override
    public void consumeResponse(
        HttpResponse response,
        EntityDetails body,
        HttpContext context,
        FutureCallback<String> callback) {
      AsyncBed.await(begun);
      events.add("response " + response + " " + (body == null ? "-" : body.getContentLength()));
      events.add(String.valueOf(HttpClientContext.cast(context).getRequest()));
      result = callback;
      if (body == null) {
        callback.completed("no body");
      }
    }

    @Override
    public void informationResponse(HttpResponse response, HttpContext context) {
      events.add("information " + response);
    }

    @Override
    public void updateCapacity(CapacityChannel capacity) throws IOException {
      capacity.update(1_000);
    }

    @Override
    public void consume(ByteBuffer from) {
      bytes += from.remaining();
      from.position(from.limit());
    }

    @Override
    public void streamEnd(List<? extends Header> trailers) {
      events.add("end " + bytes + " " + (trailers == null ? List.of() : trailers));
      Objects.requireNonNull(result).completed("bytes " + bytes);
    }

    @Override
    public void failed(Exception thrown) {
      events.add("failed " + thrown.getClass().getSimpleName());
    }

    @Override
    public void releaseResources() {
      events.add("released");
    }
  }

  private static AsyncRequestBuilder request(Random random, int port, int n) {
    String method = METHODS.get(random.nextInt(METHODS.size()));
    String answer = ANSWERS.get(random.nextInt(ANSWERS.size()));
    AsyncRequestBuilder request =
        AsyncRequestBuilder.create(method)
            .setUri("http://127.0.0.1:%d/%s-%d".formatted(port, answer, n));
    if (method.startsWith("P")) {
      String body = "b".repeat(random.nextInt(30_000));
      request.setEntity(
          random.nextBoolean()
              ? AsyncEntityProducers.create(body)
              : AsyncEntityProducers.create(body, ContentType.TEXT_PLAIN));
    }
    return request;
  }

  private static List<String> run(long seed, HttpAsyncClientBuilder builder) throws Exception {
    Random random = new Random(seed);
    List<String> events = new ArrayList<>();
    Writing server = new Writing();
    try (RawListener listener = RawListener.plain(50);
        CloseableHttpAsyncClient client = builder.build()) {
      listener.serves(server);
      client.start();
      for (int n = 0; n < CALLS; n++) {
        List<String> told = new CopyOnWriteArrayList<>();
        HttpClientContext context = HttpClientContext.create();
        context.setRequestConfig(
            RequestConfig.custom().setExpectContinueEnabled(random.nextInt(4) == 0).build());
        Told answer = new Told(told);
        try {
          Future<String> call =
              client.execute(
                  request(random, listener.port(), n).build(), answer, null, context, null);
          answer.begun.countDown();
          told.add(call.get(20, TimeUnit.SECONDS));
        } catch (ExecutionException failed) {
          told.add(Objects.requireNonNull(failed.getCause()).getClass().getSimpleName());
        }
        // Behind the return of its connection to the pool.
        Await.until("released", AsyncBed.SOON, () -> told.contains("released"));
        // Its place among the others is another thread's.
        told.stream().filter(event -> !event.equals("released")).forEach(events::add);
      }
      String port = String.valueOf(listener.port());
      events.addAll(server.read);
      client.close(CloseMode.IMMEDIATE);
      return events.stream().map(event -> event.replace(port, "PORT")).toList();
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void mustBeTheSameProgramAsTheBareClient(long seed) throws Exception {
    List<String> bare =
        run(
            seed,
            HttpAsyncClients.custom()
                .setConnectionManager(PoolingAsyncClientConnectionManagerBuilder.create().build()));
    ApacheAsyncGuard guard = ApacheAsyncGuard.create(Bed.plan());
    List<String> guarded =
        run(
            seed,
            guard
                .install(HttpAsyncClients.custom())
                .setConnectionManager(
                    guard.install(PoolingAsyncClientConnectionManagerBuilder.create())));
    assertThat(guarded).containsExactlyElementsOf(bare);
    assertThat(bare).filteredOn("connection"::equals).hasSizeBetween(2, CALLS);
    assertThat(guard.health().well()).isTrue();
  }
}
