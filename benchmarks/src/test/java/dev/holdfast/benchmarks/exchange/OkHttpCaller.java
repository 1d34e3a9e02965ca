package dev.holdfast.benchmarks.exchange;

import dev.holdfast.http.okhttp.OkHttpGuard;
import dev.holdfast.lab.TlsIdentity;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import okhttp3.Call;
import okhttp3.Connection;
import okhttp3.EventListener;
import okhttp3.Handshake;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okio.BufferedSink;
import org.jspecify.annotations.Nullable;

/** Makes the calls of one program with OkHttp and tells all that a caller can see of each. */
final class OkHttpCaller implements AutoCloseable {

  private static final MediaType TEXT = MediaType.get("text/plain");
  private static final int PART = 10;

  private final OkHttpClient client;
  private final Map<String, String> origins;
  private final List<String> events = new ArrayList<>();
  private final AtomicInteger outer = new AtomicInteger();
  private final AtomicInteger inner = new AtomicInteger();

  /**
   * @param guard null for the client alone
   */
  OkHttpCaller(Setting setting, Map<String, String> origins, @Nullable OkHttpGuard guard)
      throws GeneralSecurityException, IOException {
    this.origins = origins;
    OkHttpClient.Builder builder =
        trusting(new OkHttpClient.Builder())
            .followRedirects(setting.redirects())
            .retryOnConnectionFailure(setting.retries() != Setting.Retries.OFF)
            .eventListener(new Events(events));
    if (setting.interceptor() != Setting.Interceptor.NONE) {
      builder
          .addInterceptor(
              chain -> {
                outer.incrementAndGet();
                return chain.proceed(chain.request());
              })
          .addNetworkInterceptor(
              chain -> {
                inner.incrementAndGet();
                return chain.proceed(chain.request().newBuilder().header("X-Inner", "1").build());
              });
    }
    this.client = (guard == null ? builder : guard.install(builder)).build();
  }

  private static OkHttpClient.Builder trusting(OkHttpClient.Builder client)
      throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    store.setCertificateEntry("lab", TlsIdentity.shared().certificate());
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    return client
        .sslSocketFactory(
            TlsIdentity.shared().client().getSocketFactory(),
            (X509TrustManager) factory.getTrustManagers()[0])
        .hostnameVerifier((host, session) -> true);
  }

  /** What a step shows. */
  String run(Step step) {
    if (step.act() == Step.Act.CLOSES_IDLE) {
      client.connectionPool().evictAll();
      return "closed what was idle";
    }
    events.clear();
    String seen = call(step);
    return "%s pool %d of %d, interceptors %d %d, %s"
        .formatted(
            seen,
            client.connectionPool().idleConnectionCount(),
            client.connectionPool().connectionCount(),
            outer.get(),
            inner.get(),
            events);
  }

  private String call(Step step) {
    String origin = origins.get(step.origin().startsWith("N") ? "A" : step.origin());
    Request.Builder request =
        new Request.Builder()
            .url("%s/%s/%d".formatted(origin, step.kind(), step.number()))
            .method(step.method(), step.bodyLength() < 0 ? null : body(step));
    if (step.expect() && step.bodyLength() > 0) {
      request.header("Expect", "100-continue");
    }
    Call call = client.newCall(request.build());
    if (step.act() == Step.Act.ABORTS_BEFORE) {
      call.cancel();
    }
    try (Response response = call.execute()) {
      String head =
          "%s %d %s %s"
              .formatted(
                  response.protocol(),
                  response.code(),
                  response.headers().toMultimap(),
                  response.priorResponse() == null ? "" : "behind others");
      return switch (step.act()) {
        case READS_NOTHING -> head;
        case READS_PART -> head + " " + part(response);
        default -> head + " " + response.body().string();
      };
    } catch (IOException | RuntimeException thrown) {
      return thrown.getClass().getName() + " " + thrown.getMessage();
    }
  }

  private static String part(Response response) throws IOException {
    response.body().source().request(PART);
    return response.body().source().getBuffer().size() >= PART ? "a part" : "less than a part";
  }

  private static RequestBody body(Step step) {
    byte[] bytes = "b".repeat(step.bodyLength()).getBytes(StandardCharsets.US_ASCII);
    if (step.body() == Step.Body.REPEATABLE || step.body() == Step.Body.FAILS) {
      return RequestBody.create(bytes, TEXT);
    }
    return new RequestBody() {
      @Override
      public MediaType contentType() {
        return TEXT;
      }

      @Override
      public boolean isOneShot() {
        return step.body() == Step.Body.STREAMED;
      }

      @Override
      public void writeTo(BufferedSink sink) throws IOException {
        sink.write(bytes);
      }
    };
  }

  @Override
  public void close() {
    client.dispatcher().executorService().shutdownNow();
    client.connectionPool().evictAll();
  }

  /** What a listener of the user's hears, by name. */
  private static final class Events extends EventListener {

    private final List<String> heard;

    Events(List<String> heard) {
      this.heard = heard;
    }

    @Override
    public void callStart(Call call) {
      heard.add("start");
    }

    @Override
    public void connectStart(Call call, InetSocketAddress to, Proxy proxy) {
      heard.add("connect");
    }

    @Override
    public void secureConnectEnd(Call call, @Nullable Handshake handshake) {
      heard.add("secure");
    }

    @Override
    public void connectEnd(
        Call call, InetSocketAddress to, Proxy proxy, @Nullable Protocol protocol) {
      heard.add("connected");
    }

    @Override
    public void connectionAcquired(Call call, Connection connection) {
      heard.add("acquired");
    }

    @Override
    public void connectionReleased(Call call, Connection connection) {
      heard.add("released");
    }

    @Override
    public void requestHeadersEnd(Call call, Request request) {
      heard.add("asked");
    }

    @Override
    public void requestFailed(Call call, IOException thrown) {
      heard.add("not asked " + thrown.getClass().getSimpleName());
    }

    @Override
    public void responseHeadersEnd(Call call, Response response) {
      heard.add("answered " + response.code());
    }

    @Override
    public void responseFailed(Call call, IOException thrown) {
      heard.add("not answered " + thrown.getClass().getSimpleName());
    }

    @Override
    public void callEnd(Call call) {
      heard.add("end");
    }

    @Override
    public void callFailed(Call call, IOException thrown) {
      heard.add("failed " + thrown.getClass().getSimpleName());
    }
  }
}
