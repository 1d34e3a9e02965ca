package dev.holdfast.redis.jedis;

import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import javax.net.ssl.HostnameVerifier;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.SslOptions;
import redis.clients.jedis.exceptions.JedisConnectionException;

/** TLS as Jedis' own socket factory lays it on a socket ({@code DefaultJedisSocketFactory}). */
final class JedisTls {

  private JedisTls() {}

  /** What the connection reads and writes; the base socket itself where there is no TLS. */
  @SuppressWarnings("deprecation") // what SslOptions replaces is still in use
  static Socket layer(Socket base, HostAndPort server, JedisClientConfig config)
      throws IOException {
    SslOptions options = options(config);
    if (!config.isSsl() && options == null) {
      return base;
    }
    SSLSocketFactory factory = options == null ? config.getSslSocketFactory() : factory(options);
    if (factory == null) {
      factory = (SSLSocketFactory) SSLSocketFactory.getDefault();
    }
    SSLSocket tls =
        (SSLSocket) factory.createSocket(base, server.getHost(), server.getPort(), true);
    SSLParameters parameters =
        options == null ? config.getSslParameters() : options.getSslParameters();
    if (parameters == null && JedisSupport.checksNamesByDefault()) {
      parameters = new SSLParameters();
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
    }
    if (parameters != null) {
      tls.setSSLParameters(parameters);
    }
    HostnameVerifier verifier = config.getHostnameVerifier();
    if (verifier != null && !verifier.verify(server.getHost(), tls.getSession())) {
      throw new JedisConnectionException(
          "The connection to '%s' failed ssl/tls hostname verification."
              .formatted(server.getHost()));
    }
    return tls;
  }

  /** Jedis has them from 6 on. */
  private static @Nullable SslOptions options(JedisClientConfig config) {
    try {
      return config.getSslOptions();
    } catch (NoSuchMethodError older) {
      return null;
    }
  }

  private static SSLSocketFactory factory(SslOptions options) throws IOException {
    try {
      return options.createSslContext().getSocketFactory();
    } catch (GeneralSecurityException unusable) {
      throw new IOException("the client's SslOptions cannot be used", unusable);
    }
  }
}
