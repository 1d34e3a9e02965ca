package dev.holdfast.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.holdfast.guard.Guard;
import dev.holdfast.http.apache.ApacheAsyncGuard;
import dev.holdfast.http.apache.ApacheHttpGuard;
import dev.holdfast.http.reactor.ReactorHttpGuard;
import dev.holdfast.lab.Await;
import dev.holdfast.lab.NginxServer;
import dev.holdfast.lab.TlsIdentity;
import dev.holdfast.lab.http.FaultServer;
import feign.Feign;
import feign.RequestLine;
import feign.Target;
import java.beans.PropertyDescriptor;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateEncodingException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.io.HttpClientConnectionManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.BeanUtils;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.cloud.openfeign.support.FeignHttpClientProperties;
import org.springframework.context.ApplicationContext;
import org.springframework.test.util.ReflectionTestUtils;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestTemplate;
import org.springframework.web.client.support.RestClientAdapter;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.service.annotation.PostExchange;
import org.springframework.web.service.invoker.HttpServiceProxyFactory;

/** RestClient and WebClient as Spring Boot configures them, bare beside guarded. */
public abstract class HttpContract {

  private static final Duration SOON = Duration.ofSeconds(10);

  private static final int ORDERS = 20;

  private final Line line;

  protected HttpContract(Line line) {
    this.line = line;
  }

  /** The clients. */
  enum Client {
    REST_CLIENT {
      @Override
      UnaryOperator<String> posts(ApplicationContext application) {
        RestClient client = application.getBean(RestClient.Builder.class).build();
        return uri ->
            String.valueOf(client.post().uri(uri).body("order").retrieve().body(String.class));
      }

      @Override
      Guard guard(ApplicationContext application) {
        return application.getBean(ApacheHttpGuard.class);
      }
    },
    WEB_CLIENT {
      @Override
      UnaryOperator<String> posts(ApplicationContext application) {
        return webClient(application);
      }

      @Override
      Guard guard(ApplicationContext application) {
        return application.getBean(ReactorHttpGuard.class);
      }
    },
    ASYNC_WEB_CLIENT {
      @Override
      String[] settings(Line line) {
        return new String[] {line.reactiveConnector() + "=http-components"};
      }

      @Override
      UnaryOperator<String> posts(ApplicationContext application) {
        return webClient(application);
      }

      @Override
      Guard guard(ApplicationContext application) {
        return application.getBean(ApacheAsyncGuard.class);
      }
    };

    private static UnaryOperator<String> webClient(ApplicationContext application) {
      WebClient client = application.getBean(WebClient.Builder.class).build();
      return uri ->
          String.valueOf(
              client
                  .post()
                  .uri(uri)
                  .bodyValue("order")
                  .retrieve()
                  .bodyToMono(String.class)
                  .block());
    }

    /** What makes it the client that Spring Boot takes. */
    String[] settings(Line line) {
      return new String[0];
    }

    abstract UnaryOperator<String> posts(ApplicationContext application);

    String post(ApplicationContext application, String uri) {
      return posts(application).apply(uri);
    }

    abstract Guard guard(ApplicationContext application);
  }

  static Stream<Arguments> bareAndGuarded() {
    return Arrays.stream(Client.values())
        .flatMap(client -> Stream.of(arguments(client, false), arguments(client, true)));
  }

  private ApplicationContextRunner application(Client client, boolean guarded) {
    return line.application(guarded).withPropertyValues(client.settings(line));
  }

  @ParameterizedTest
  @MethodSource("bareAndGuarded")
  void mustKeepTheReadTimeout(Client client, boolean guarded) {
    try (FaultServer server = FaultServer.plain()) {
      server.freeze();
      application(client, guarded)
          .withPropertyValues(line.http("read-timeout", "400ms"))
          .run(
              application -> {
                long begun = System.nanoTime();
                assertThatThrownBy(() -> client.post(application, server.uri("/slow")))
                    .hasStackTraceContaining("imeout");
                assertThat(System.nanoTime() - begun)
                    .isBetween(TimeUnit.MILLISECONDS.toNanos(400), TimeUnit.SECONDS.toNanos(9));
              });
    }
  }

  @ParameterizedTest
  @MethodSource("bareAndGuarded")
  void mustKeepTheSslBundle(Client client, boolean guarded, @TempDir Path files) throws Exception {
    String bundle = "spring.ssl.bundle.pem.lab.truststore.certificate=file:" + pem(files);
    try (FaultServer server = FaultServer.tls()) {
      application(client, guarded)
          .run(
              application ->
                  assertThatThrownBy(() -> client.post(application, server.uri("/distrusted")))
                      .hasStackTraceContaining("ertificat"));
      application(client, guarded)
          .withPropertyValues(bundle)
          .withPropertyValues(line.http("ssl.bundle", "lab"))
          .run(
              application ->
                  assertThat(client.post(application, server.uri("/trusted")))
                      .endsWith("/trusted"));
    }
  }

  private static Path pem(Path files) throws IOException, CertificateEncodingException {
    byte[] certificate = TlsIdentity.shared().certificate().getEncoded();
    String base64 =
        Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
            .encodeToString(certificate);
    return Files.writeString(
        files.resolve("lab.pem"),
        "-----BEGIN CERTIFICATE-----\n" + base64 + "\n-----END CERTIFICATE-----\n");
  }

  /** The server says farewell to the idle connection; nobody notices, nothing runs twice. */
  @ParameterizedTest
  @EnumSource
  void mustReplaceAConnectionThatTheServerLeft(Client client) {
    try (FaultServer server = FaultServer.plain()) {
      application(client, true)
          .run(
              application -> {
                UnaryOperator<String> posts = client.posts(application);
                outlivesAFarewell(server, posts);
                assertThat(server.connections()).isEqualTo(2);
                assertThat(client.guard(application).health().endpoints()).isNotEmpty();
                assertThat(client.guard(application).health().installed()).isTrue();
              });
    }
  }

  /** Bare and guarded: connections are used again, each order runs once. */
  @ParameterizedTest
  @MethodSource("bareAndGuarded")
  void mustUseConnectionsToNginxAgain(Client client, boolean guarded) {
    try (NginxServer nginx =
        NginxServer.builder().keepAliveTimeout(Duration.ofSeconds(60)).start()) {
      application(client, guarded)
          .withPropertyValues("holdfast.http.path=nginx:timeout=60s")
          .run(
              application -> {
                UnaryOperator<String> posts = client.posts(application);
                Set<String> connections = new HashSet<>();
                for (int i = 0; i < ORDERS; i++) {
                  connections.add(posts.apply("http://127.0.0.1:" + nginx.port() + "/order"));
                }
                // WebClient answers before it has given its connection back
                assertThat(connections).hasSizeLessThan(ORDERS);
                Await.until("logged", SOON, () -> nginx.requests().size() >= ORDERS);
                assertThat(nginx.requests()).hasSize(ORDERS);
              });
    }
  }

  /** An interface of the application's, whose calls Spring makes. */
  interface Orders {
    @PostExchange
    String order(URI uri);
  }

  /** What is built on RestClient is guarded with it. */
  @Test
  void mustGuardInterfacesWithHttpExchange() {
    guarded(
        application -> {
          RestClient client = application.getBean(RestClient.Builder.class).build();
          Orders orders =
              HttpServiceProxyFactory.builderFor(RestClientAdapter.create(client))
                  .build()
                  .createClient(Orders.class);
          return uri -> orders.order(URI.create(uri));
        });
  }

  @Test
  void mustGuardRestTemplate() {
    guarded(
        application -> {
          RestTemplate template = line.restTemplate(application);
          return uri -> String.valueOf(template.postForObject(uri, "order", String.class));
        });
  }

  /** An interface of the application's, whose calls Feign makes. */
  interface FeignOrders {
    @RequestLine("POST")
    String order(URI uri);
  }

  private static UnaryOperator<String> feign(ApplicationContext application) {
    FeignOrders orders =
        Feign.builder()
            .client(application.getBean(feign.Client.class))
            .target(Target.EmptyTarget.create(FeignOrders.class));
    return uri -> orders.order(URI.create(uri));
  }

  @Test
  void mustGuardFeign() {
    guarded(HttpContract::feign);
  }

  /** Every property that its pool is made by, and nobody can tell who made it. */
  @Test
  void mustKeepThePropertiesOfFeign() {
    String[] set =
        Stream.of(
                "max-connections=7",
                "max-connections-per-route=3",
                "time-to-live=11",
                "time-to-live-unit=MINUTES",
                "hc5.pool-concurrency-policy=LAX",
                "hc5.pool-reuse-policy=LIFO",
                "hc5.socket-timeout=13",
                "hc5.socket-timeout-unit=MINUTES")
            .map(property -> "spring.cloud.openfeign.httpclient." + property)
            .toArray(String[]::new);
    line.application(false)
        .withPropertyValues(set)
        .run(
            bare ->
                line.application(true)
                    .withPropertyValues(set)
                    .run(guarded -> assertThat(feignPool(guarded)).isEqualTo(feignPool(bare))));
    assertThat(feignSettings(FeignHttpClientProperties.class)).isEqualTo(line.feignSettings());
    assertThat(feignSettings(FeignHttpClientProperties.Hc5Properties.class))
        .containsExactly(
            "connectionRequestTimeout",
            "connectionRequestTimeoutUnit",
            "poolConcurrencyPolicy",
            "poolReusePolicy",
            "socketTimeout",
            "socketTimeoutUnit");
  }

  @SuppressWarnings("deprecation") // as Feign sets it
  private static List<Object> feignPool(ApplicationContext application) {
    HttpClientConnectionManager pool = application.getBean(HttpClientConnectionManager.class);
    assertThat(pool).isExactlyInstanceOf(PoolingHttpClientConnectionManager.class);
    PoolingHttpClientConnectionManager made = (PoolingHttpClientConnectionManager) pool;
    Object connections = Objects.requireNonNull(ReflectionTestUtils.getField(made, "pool"));
    return List.of(
        made.getMaxTotal(),
        made.getDefaultMaxPerRoute(),
        made.getDefaultSocketConfig().toString(),
        connections.getClass(),
        Objects.requireNonNull(ReflectionTestUtils.getField(connections, "timeToLive")),
        Objects.requireNonNull(ReflectionTestUtils.getField(connections, "policy")));
  }

  private static List<String> feignSettings(Class<?> properties) {
    return Arrays.stream(BeanUtils.getPropertyDescriptors(properties))
        .filter(property -> property.getWriteMethod() != null)
        .map(PropertyDescriptor::getName)
        .sorted()
        .toList();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void mustTrustWhomFeignTrusts(boolean guarded) {
    try (FaultServer server = FaultServer.tls()) {
      line.application(guarded)
          .run(
              application ->
                  assertThatThrownBy(() -> feign(application).apply(server.uri("/distrusted")))
                      .hasStackTraceContaining("ertificat"));
      line.application(guarded)
          .withPropertyValues("spring.cloud.openfeign.httpclient.disable-ssl-validation=true")
          .run(
              application ->
                  assertThat(feign(application).apply(server.uri("/trusted")))
                      .endsWith("/trusted"));
    }
  }

  /** Nothing is refused, and nothing guarded by half. */
  @Test
  void mustLeaveAPoolOfTheApplicationsOwnToFeign() {
    try (FaultServer server = FaultServer.plain()) {
      line.application(true)
          .withBean(
              HttpClientConnectionManager.class,
              () -> PoolingHttpClientConnectionManagerBuilder.create().build())
          .run(
              application -> {
                assertThat(feign(application).apply(server.uri("/bare"))).endsWith("/bare");
                assertThat(application.getBean(ApacheHttpGuard.class).health().endpoints())
                    .isEmpty();
              });
    }
  }

  /**
   * The server says it while the connection is idle; the next order runs once.
   *
   * @param server whose answers are what was asked for
   * @param posts orders of one client
   */
  protected static void outlivesAFarewell(FaultServer server, UnaryOperator<String> posts) {
    assertThat(posts.apply(server.uri("/first"))).endsWith("/first");
    Await.until("idle", SOON, () -> server.idle() == 1);
    assertThat(server.farewellIdle()).isEqualTo(1);
    Await.idle(Duration.ofMillis(20));
    assertThat(posts.apply(server.uri("/second"))).endsWith("/second");
    assertThat(server.executions("/second")).isEqualTo(1);
  }

  private void guarded(Function<ApplicationContext, UnaryOperator<String>> client) {
    try (FaultServer server = FaultServer.plain()) {
      line.application(true)
          .run(
              application -> {
                UnaryOperator<String> posts = client.apply(application);
                outlivesAFarewell(server, posts);
                ApacheHttpGuard guard = application.getBean(ApacheHttpGuard.class);
                assertThat(guard.health().installed()).isTrue();
                assertThat(guard.health().endpoints()).isNotEmpty();
              });
    }
  }

  @Test
  void mustLeaveClientsAloneWhereItIsSwitchedOff() {
    line.application(true)
        .withPropertyValues("holdfast.http.enabled=false")
        .run(
            application -> {
              assertThat(application).doesNotHaveBean(ApacheHttpGuard.class);
              assertThat(application).doesNotHaveBean(ApacheAsyncGuard.class);
              assertThat(application).doesNotHaveBean(ReactorHttpGuard.class);
            });
  }
}
