package dev.holdfast.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class RedisServerTest {
  @Test
  void mustAnswerAndLeaveNothingBehind() throws IOException {
    RedisServer redis = RedisServer.start();
    Path dir = Path.of(redis.command("CONFIG", "GET", "dir").lines().skip(1).findFirst().get());
    assertThat(redis.version()).matches("\\d+\\.\\d+\\.\\d+");
    assertThat(dir).isDirectory();

    redis.close();
    redis.close();
    assertThat(dir).doesNotExist();
    assertThatThrownBy(() -> new InlineClient(redis.port())).isInstanceOf(ConnectException.class);
  }

  @Test
  void mustComeBackOnThePortOfAServerClosedBefore() {
    RedisServer first = RedisServer.start();
    first.close();
    try (RedisServer second = RedisServer.builder().port(first.port()).start()) {
      assertThat(second.port()).isEqualTo(first.port());
      assertThat(second.command("PING")).isEqualTo("PONG");
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RedisServer.builder().port(0))
        .withMessageContaining("0");
  }

  @Test
  void mustReadCountersWithoutClientLibrary() {
    try (RedisServer redis = RedisServer.start()) {
      redis.command("INCR", "a");
      redis.command("INCRBY", "b", "7");

      assertThat(redis.counter("a")).isEqualTo(1);
      assertThat(redis.counter("missing")).isZero();
      assertThat(redis.counters(List.of("b", "missing", "a")))
          .containsExactly(entry("b", 7), entry("missing", 0), entry("a", 1));
      assertThat(redis.command("GET", "missing")).isEmpty();
      assertThatIllegalStateException()
          .isThrownBy(() -> redis.command("NOSUCHCOMMAND"))
          .withMessageContaining("ERR");
    }
  }

  @Test
  void mustStandStillWhileFrozen() throws IOException {
    try (RedisServer redis = RedisServer.start();
        InlineClient client = new InlineClient(redis.port())) {
      redis.freeze();
      client.send("PING").hearsNothing();
      redis.thaw();
      client.answers("+PONG");
    }
  }

  @Test
  void mustEndEvenWhileFrozen() {
    RedisServer redis = RedisServer.start();
    redis.freeze();
    redis.close();
    assertThatThrownBy(() -> new InlineClient(redis.port())).isInstanceOf(ConnectException.class);
  }

  @Test
  void mustCloseIdleClients() throws IOException {
    try (RedisServer redis = RedisServer.builder().idleTimeout(Duration.ofSeconds(1)).start();
        InlineClient client = new InlineClient(redis.port())) {
      client.meetsFin();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost", "127.0.0.1"})
  void mustShowCertificateThatVerifies(String host) throws IOException, GeneralSecurityException {
    try (RedisServer redis = RedisServer.builder().tls().start()) {
      assertThat(redis.certificatePem()).content().startsWith("-----BEGIN CERTIFICATE-----");
      try (SSLSocket socket =
          (SSLSocket) trusting(redis).getSocketFactory().createSocket(host, redis.tlsPort())) {
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        socket.setSSLParameters(parameters);
        socket.setSoTimeout(10_000);
        socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
        assertThat(new String(socket.getInputStream().readNBytes(7), StandardCharsets.US_ASCII))
            .isEqualTo("+PONG\r\n");
      }
    }
  }

  @Test
  void mustRefuseSettingsRedisCannotKeep() {
    RedisServer.Builder builder = RedisServer.builder();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.idleTimeout(Duration.ofMillis(1500)));
    assertThatIllegalArgumentException().isThrownBy(() -> builder.idleTimeout(Duration.ZERO));
    try (RedisServer redis = RedisServer.start()) {
      assertThatIllegalStateException().isThrownBy(redis::tlsPort);
    }
  }

  @Test
  void mustUnpackBundledBinaryWherePathHasNone(@TempDir Path dir) {
    assertThat(RedisBinary.find(dir, "")).startsWith(dir).isExecutable();
  }

  @Test
  void mustSayWhyNoBinaryRuns(@TempDir Path dir) throws IOException {
    Path broken =
        Files.writeString(dir.resolve("redis-server"), "#!/bin/sh\necho broken\nexit 3\n");
    assertThat(broken.toFile().setExecutable(true)).isTrue();
    Path noDir = dir.resolve("absent");
    assertThatIllegalStateException()
        .isThrownBy(() -> RedisBinary.find(noDir, dir.toString()))
        .withMessageContaining("redis-server")
        .withMessageContaining("Install Redis");
  }

  private static Map.Entry<String, Long> entry(String key, long value) {
    return Map.entry(key, value);
  }

  private static SSLContext trusting(RedisServer redis)
      throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(redis.trustStore())) {
      store.load(in, redis.trustStorePassword().toCharArray());
    }
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, factory.getTrustManagers(), null);
    return context;
  }
}
