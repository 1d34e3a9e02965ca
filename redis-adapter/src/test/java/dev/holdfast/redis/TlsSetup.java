package dev.holdfast.redis;

import dev.holdfast.lab.Middlebox;
import dev.holdfast.lab.RedisServer;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SslOptions;
import java.time.Duration;

/** A client that verifies the laboratory server's own certificate. */
final class TlsSetup {

  private TlsSetup() {}

  static ClientOptions trusting(RedisServer redis) {
    return ClientOptions.builder()
        .sslOptions(
            SslOptions.builder()
                .truststore(redis.trustStore().toFile(), redis.trustStorePassword())
                .build())
        .build();
  }

  static RedisURI uri(Middlebox middlebox) {
    return RedisURI.builder()
        .withHost("localhost")
        .withPort(middlebox.port())
        .withSsl(true)
        .withVerifyPeer(true)
        .withTimeout(Duration.ofSeconds(20))
        .build();
  }
}
