package dev.holdfast.redis.jedis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.lab.Await;
import dev.holdfast.lab.RedisServer;
import java.io.InputStream;
import java.nio.file.Files;
import java.security.KeyStore;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Connection;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.UnifiedJedis;

/** The same over TLS, whose records the kernel's counts do not tell apart. */
final class JedisTlsTest {

  private static SSLSocketFactory trusting(RedisServer redis) throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(redis.trustStore())) {
      store.load(in, redis.trustStorePassword().toCharArray());
    }
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context.getSocketFactory();
  }

  @SuppressWarnings("deprecation") // what SslOptions replaces is still in use
  private static JedisBed bed(RedisServer redis, SSLSocketFactory sockets) {
    return new JedisBed(
        "127.0.0.1",
        redis.tlsPort(),
        config -> config.ssl(true).sslSocketFactory(sockets).socketTimeoutMillis(5_000));
  }

  @Test
  void mustReplaceUnseenWhatDiedAndProveWhatWasIdle() throws Exception {
    try (RedisServer redis = RedisServer.builder().tls().start();
        JedisBed bed = bed(redis, trusting(redis))) {
      JedisConnections pool = bed.guarded(2);
      UnifiedJedis client = bed.client(pool);
      for (int i = 1; i <= 5; i++) {
        assertThat(client.incr("n")).isEqualTo(i);
        redis.killAllClients();
      }
      assertThat(bed.ends()).isNotEmpty().allMatch(end -> end.cause() == Cause.PEER_CLOSED);
      try (Connection connection = pool.getConnection()) {
        Pipeline pipeline = new Pipeline(connection, false);
        pipeline.set("big", "x".repeat(300_000));
        pipeline.get("big");
        assertThat(pipeline.syncAndReturnAll()).containsExactly("OK", "x".repeat(300_000));
      }
      double before = bed.meter("holdfast.probes", "result", "answered");
      Await.idle(Duration.ofMillis(1_100));
      assertThat(client.incr("n")).isEqualTo(6);
      assertThat(bed.meter("holdfast.probes", "result", "answered")).isGreaterThan(before);
      assertThat(bed.meter("holdfast.pool.residues")).isZero();
    }
  }
}
