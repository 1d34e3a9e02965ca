package dev.holdfast.http.proof;

import dev.holdfast.http.okhttp.OkHttpGuard;
import dev.holdfast.lab.TlsIdentity;
import dev.holdfast.lab.http.FaultServer;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import okhttp3.ConnectionPool;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;

/** OkHttp with its defaults, but for the size of its pool. */
record OkHttpContender(Target target, OkHttpClient client, MeterRegistry meters)
    implements HttpContender {

  static HttpContender bare(Target target) {
    return new OkHttpContender(target, builder(target).build(), new SimpleMeterRegistry());
  }

  static HttpContender guarded(Target target) {
    MeterRegistry meters = new SimpleMeterRegistry();
    OkHttpGuard guard = OkHttpGuard.custom(target.plan()).meterRegistry(meters).build();
    return new OkHttpContender(target, guard.install(builder(target)).build(), meters);
  }

  private static OkHttpClient.Builder builder(Target target) {
    OkHttpClient.Builder builder =
        new OkHttpClient.Builder()
            .connectionPool(new ConnectionPool(target.connections(), 5, TimeUnit.MINUTES));
    SSLContext tls = target.tls();
    if (tls != null) {
      builder.sslSocketFactory(tls.getSocketFactory(), trust());
    }
    Duration timeout = target.responseTimeout();
    return timeout == null ? builder : builder.readTimeout(timeout);
  }

  private static X509TrustManager trust() {
    try {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      store.setCertificateEntry("lab", TlsIdentity.shared().certificate());
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(store);
      return (X509TrustManager) factory.getTrustManagers()[0];
    } catch (GeneralSecurityException | IOException never) {
      throw new IllegalStateException(never);
    }
  }

  @Override
  public Reply call(Verb verb, String id) throws IOException {
    RequestBody body =
        verb.hasBody() ? RequestBody.create(Verb.BODY, MediaType.get("text/plain")) : null;
    Request.Builder request =
        new Request.Builder()
            .url(target.uri().toString())
            .method(verb.method(), body)
            .header(FaultServer.REQUEST_ID, id);
    if (verb.hasKey()) {
      request.header("Idempotency-Key", id);
    }
    try (Response response = client.newCall(request.build()).execute()) {
      response.body().bytes();
      return new Reply(response.code(), String.valueOf(response.header(FaultServer.REQUEST_ID)));
    }
  }

  @Override
  public void close() {
    client.dispatcher().executorService().shutdownNow();
    client.dispatcher().cancelAll();
    client.connectionPool().evictAll();
  }
}
