package dev.holdfast.http.apache;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.http.io.entity.StringEntity;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Interim answers, and bodies that wait to be asked for. */
final class ExpectTest {

  private final List<String> bodies = new CopyOnWriteArrayList<>();

  private static int send(CloseableHttpClient client, RawServer server, String method)
      throws IOException {
    HttpUriRequestBase request =
        new HttpUriRequestBase(method, URI.create("http://127.0.0.1:" + server.port() + "/"));
    request.setConfig(RequestConfig.custom().setExpectContinueEnabled(true).build());
    if (!method.equals("GET")) {
      request.setEntity(new StringEntity("body"));
    }
    return client.execute(
        request,
        response -> {
          EntityUtils.consume(response.getEntity());
          return response.getCode();
        });
  }

  /** Ends the connection under the first request with a body. */
  private void serve(RawServer.Wire wire, boolean invites) throws IOException {
    while (true) {
      if (wire.head().contains("100-continue")) {
        boolean first = bodies.isEmpty();
        bodies.add(invites ? "invited" : "not invited");
        if (invites || !first) {
          wire.send("HTTP/1.1 100 Continue\r\n\r\n");
          wire.skip(4);
        }
        if (first) {
          wire.reset();
          return;
        }
      }
      wire.ok("fine");
    }
  }

  @ParameterizedTest
  @EnumSource
  void mustTakeAnInterimAnswerForNone(Pair pair) throws Exception {
    try (RawServer server = RawServer.serving(wire -> serve(wire, true));
        CloseableHttpClient client = pair.client()) {
      send(client, server, "GET");
      assertThat(send(client, server, "PUT")).isEqualTo(200);
      assertThat(bodies).hasSize(2);
    }
  }

  @Test
  void mustMoveAPostWhoseBodyNeverLeft() throws Exception {
    try (RawServer server = RawServer.serving(wire -> serve(wire, false));
        CloseableHttpClient client = Pair.GUARDED.client()) {
      send(client, server, "GET");
      assertThat(send(client, server, "POST")).isEqualTo(200);
      assertThat(bodies).hasSize(2);
    }
  }
}
