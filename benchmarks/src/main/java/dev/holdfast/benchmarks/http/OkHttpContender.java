package dev.holdfast.benchmarks.http;

import dev.holdfast.http.okhttp.OkHttpGuard;
import dev.holdfast.lab.http.FaultServer;
import dev.holdfast.path.ConnectionPlan;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.util.concurrent.TimeUnit;
import okhttp3.ConnectionPool;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;

/** OkHttp, called on the calling thread. */
record OkHttpContender(URI uri, OkHttpClient client) implements HttpContender {

  private static final MediaType TEXT = MediaType.get("text/plain");
  private static final int OK = 200;

  static HttpContender bare(URI uri, int connections) {
    return new OkHttpContender(uri, builder(connections).build());
  }

  static HttpContender guarded(URI uri, int connections, ConnectionPlan plan) {
    OkHttpGuard guard = OkHttpGuard.custom(plan).meterRegistry(new SimpleMeterRegistry()).build();
    return new OkHttpContender(uri, guard.install(builder(connections)).build());
  }

  private static OkHttpClient.Builder builder(int connections) {
    return new OkHttpClient.Builder()
        .connectionPool(new ConnectionPool(connections, 5, TimeUnit.MINUTES));
  }

  @Override
  public String call(String method, String id) throws IOException {
    RequestBody body = method.equals("POST") ? RequestBody.create("body", TEXT) : null;
    Request request =
        new Request.Builder()
            .url(uri.toString())
            .method(method, body)
            .header(FaultServer.REQUEST_ID, id)
            .build();
    try (Response response = client.newCall(request).execute()) {
      response.body().bytes();
      String answered = response.header(FaultServer.REQUEST_ID);
      return answered == null || response.code() != OK ? "" : answered;
    }
  }

  @Override
  public void close() {
    client.dispatcher().executorService().shutdownNow();
    client.connectionPool().evictAll();
  }
}
