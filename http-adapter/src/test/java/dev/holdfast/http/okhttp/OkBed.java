package dev.holdfast.http.okhttp;

import dev.holdfast.dial.ConnectReport;
import dev.holdfast.http.SwapEvent;
import dev.holdfast.lab.TlsIdentity;
import dev.holdfast.lab.http.FaultServer;
import dev.holdfast.metrics.HoldfastMeter;
import dev.holdfast.path.ConnectionPlan;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.ServerLimits;
import dev.holdfast.report.DiagnosisEvent;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;

/** A guarded client and what its guard tells. */
final class OkBed implements AutoCloseable {

  static final Duration SOON = Duration.ofSeconds(10);

  private final MeterRegistry meters = new SimpleMeterRegistry();
  private final List<SwapEvent> swaps = new CopyOnWriteArrayList<>();
  private final List<ConnectReport> connects = new CopyOnWriteArrayList<>();
  private final List<DiagnosisEvent> diagnoses = new CopyOnWriteArrayList<>();
  private final OkHttpGuard guard;
  private final OkHttpClient client;

  OkBed() {
    this(guard -> guard, client -> client);
  }

  OkBed(FaultServer server) {
    this(guard -> guard, client -> trusting(server, client));
  }

  OkBed(UnaryOperator<OkHttpGuardBuilder> guarding, UnaryOperator<OkHttpClient.Builder> building) {
    this.guard = guarding.apply(OkHttpGuard.custom(plan()).meterRegistry(meters)).build();
    guard.onSwap(swaps::add);
    guard.onConnect(connects::add);
    guard.onDiagnosis(diagnoses::add);
    this.client = guard.install(building.apply(new OkHttpClient.Builder())).build();
  }

  /** Knows of no limit near a test's own times. */
  static ConnectionPlan plan() {
    return NetworkPath.to(ServerLimits.withIdleTimeout("origin", Duration.ofMinutes(5))).plan();
  }

  static OkHttpClient.Builder trusting(FaultServer server, OkHttpClient.Builder client) {
    return server.uri("/").startsWith("https") ? trusting(server.clientContext(), client) : client;
  }

  static OkHttpClient.Builder trusting(SSLContext tls, OkHttpClient.Builder client) {
    try {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      store.setCertificateEntry("lab", TlsIdentity.shared().certificate());
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(store);
      return client.sslSocketFactory(
          tls.getSocketFactory(), (X509TrustManager) factory.getTrustManagers()[0]);
    } catch (GeneralSecurityException | IOException never) {
      throw new IllegalStateException(never);
    }
  }

  OkHttpGuard guard() {
    return guard;
  }

  OkHttpClient client() {
    return client;
  }

  List<SwapEvent> swaps() {
    return swaps;
  }

  List<DiagnosisEvent> diagnoses() {
    return diagnoses;
  }

  List<ConnectReport> connects() {
    return connects;
  }

  double count(HoldfastMeter meter) {
    return meters.find(meter.meterName()).counters().stream()
        .mapToDouble(counter -> counter.count())
        .sum();
  }

  static Request.Builder request(String method, String url, String id) {
    boolean body = method.equals("POST") || method.equals("PUT") || method.equals("PATCH");
    return new Request.Builder()
        .url(url)
        .method(method, body ? RequestBody.create("of " + id, MediaType.get("text/plain")) : null)
        .header(FaultServer.REQUEST_ID, id);
  }

  String send(String method, FaultServer server, String id) throws IOException {
    return send(request(method, server.uri("/" + id), id).build());
  }

  /** The body of the answer. */
  String send(Request request) throws IOException {
    return send(client, request);
  }

  static String send(OkHttpClient client, Request request) throws IOException {
    try (Response response = client.newCall(request).execute()) {
      return response.body().string();
    }
  }

  @Override
  public void close() {
    close(client);
    guard.close();
  }

  static void close(OkHttpClient client) {
    client.dispatcher().executorService().shutdownNow();
    client.connectionPool().evictAll();
  }
}
