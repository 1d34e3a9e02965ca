package dev.holdfast.sample;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.http.apache.ApacheHttpGuard;
import dev.holdfast.lab.Await;
import dev.holdfast.lab.Forgetting;
import dev.holdfast.lab.Middlebox;
import dev.holdfast.lab.RedisServer;
import dev.holdfast.lab.http.FaultServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.apache.hc.client5.http.io.HttpClientConnectionManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/** The application as it is started by its users; then its connections are lost. */
final class SampleApplicationTest {

  private static final Duration SOON = Duration.ofSeconds(20);

  private final RedisServer redis = RedisServer.start();
  private final FaultServer stock = FaultServer.plain();
  private final HttpClient customer = HttpClient.newHttpClient();
  private final Middlebox box = Middlebox.to(redis.port()).forgetting(Forgetting.SILENCE).start();
  private final ConfigurableApplicationContext application =
      SpringApplication.run(
          SampleApplication.class,
          "--server.port=0",
          "--spring.data.redis.host=127.0.0.1",
          "--spring.data.redis.port=" + box.port(),
          "--shop.stock=" + stock.uri(""));

  @BeforeEach
  void mustBeStarted() {
    assertThat(application.isRunning()).isTrue();
  }

  @AfterEach
  void stop() {
    application.close();
    box.close();
    stock.close();
    redis.close();
  }

  private String send(HttpRequest.Builder request, String target)
      throws IOException, InterruptedException {
    String port = application.getEnvironment().getRequiredProperty("local.server.port");
    HttpResponse<String> answer =
        customer.send(
            request.uri(URI.create("http://127.0.0.1:" + port + target)).build(),
            BodyHandlers.ofString());
    assertThat(answer.statusCode()).as("%s: %s", target, answer.body()).isEqualTo(200);
    return answer.body();
  }

  private String post(String target) throws IOException, InterruptedException {
    return send(HttpRequest.newBuilder().POST(BodyPublishers.ofString("one")), target);
  }

  private String get(String target) throws IOException, InterruptedException {
    return send(HttpRequest.newBuilder().GET(), target);
  }

  @Test
  void mustServeOnOverForgottenConnections() throws Exception {
    assertThat(post("/visits")).isEqualTo("1");
    Await.idle(Duration.ofMillis(1200)); // past the age from which paths are proved
    box.forgetAll();
    assertThat(post("/visits")).isEqualTo("2");
    assertThat(redis.counter("visits")).isEqualTo(2);

    post("/orders");
    post("/reservations");
    Await.until("both idle", SOON, () -> stock.idle() == 2);
    assertThat(stock.farewellIdle()).isEqualTo(2);
    Await.idle(Duration.ofMillis(50));
    post("/orders");
    post("/reservations");
    assertThat(stock.executions("/orders")).isEqualTo(2);
    assertThat(stock.executions("/reservations")).isEqualTo(2);

    assertThat(get("/actuator/health")).contains("\"holdfast\"").contains("\"rest-client\"");
    assertThat(get("/actuator/holdfast"))
        .contains("client -> box -> redis")
        .contains("\"idleLimit\"");
    Await.until("diagnosed", SOON, () -> diagnosed());
  }

  /** Which the application has, and no line of its own for: the starter finds it. */
  @Test
  void mustGuardThePoolOfFeign() {
    assertThat(ApacheHttpGuard.isInstalledIn(application.getBean(HttpClientConnectionManager.class)))
        .isTrue();
  }

  private boolean diagnosed() {
    try {
      return get("/actuator/holdfast").contains("\"evidence\"");
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
