package dev.holdfast.http.okhttp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.http.SwapEvent;
import dev.holdfast.lab.Await;
import dev.holdfast.lab.http.FaultServer;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.ServerLimits;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import okhttp3.Dns;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the caller set on the builder, and what he gave to a call, is his. */
final class OkHttpObjectsTest {

  private static final Dns NAMELESS =
      host -> List.of(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}));

  private static final Dns OF_ANOTHER_NAME =
      host -> List.of(InetAddress.getByAddress("lb-7.internal", new byte[] {127, 0, 0, 1}));

  /** An upload that is awaited has its own body for the interceptors it passes. */
  @Test
  void mustShowNetworkInterceptorsTheCallersBody() throws Exception {
    List<Object> seen = new CopyOnWriteArrayList<>();
    RequestBody body = RequestBody.create("of pay", MediaType.get("text/plain"));
    try (FaultServer server = FaultServer.plain();
        OkBed bed =
            new OkBed(
                guard -> guard,
                client ->
                    client.addNetworkInterceptor(
                        chain -> {
                          seen.add(String.valueOf(chain.request().body() == body));
                          return chain.proceed(chain.request());
                        }))) {
      Request request =
          new Request.Builder()
              .url(server.uri("/pay"))
              .post(body)
              .header(FaultServer.REQUEST_ID, "pay")
              .build();
      bed.send(request);
      Request awaiting = request.newBuilder().header("Expect", "100-continue").build();
      OkHttpClient hasty = bed.client().newBuilder().readTimeout(Duration.ofSeconds(1)).build();
      assertThat(catchThrowable(() -> OkBed.send(hasty, awaiting))) // nobody says that it may go
          .isInstanceOf(SocketTimeoutException.class);
      assertThat(seen).containsExactly("true", "true");
    }
  }

  /** A look-up of the application's may give addresses that have no name, or another. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void mustGoByThePlanOfTheHostWhateverItsAddressesAreCalled(boolean nameless) throws Exception {
    try (FaultServer server = FaultServer.plain();
        OkBed bed =
            new OkBed(
                guard ->
                    guard.planFor(
                        "shop.example",
                        NetworkPath.to(ServerLimits.withIdleTimeout("short", Duration.ofSeconds(2)))
                            .plan()),
                client -> client.dns(nameless ? NAMELESS : OF_ANOTHER_NAME))) {
      String url = "http://shop.example:" + URI.create(server.uri("/")).getPort() + "/call";
      bed.send(OkBed.request("GET", url, "first").build());
      Await.idle(Duration.ofMillis(2_100));
      bed.send(OkBed.request("POST", url, "second").build());
      assertThat(server.connections()).isEqualTo(2);
      assertThat(bed.swaps()).extracting(SwapEvent::cause).containsExactly(Cause.IDLE_LIMIT);
    }
  }

  @Test
  void mustLeaveTheLookUpAloneWhereAllHostsHaveOnePlan() {
    try (OkBed bed = new OkBed(guard -> guard, client -> client.dns(NAMELESS))) {
      assertThat(bed.client().dns()).isSameAs(NAMELESS);
    }
  }
}
