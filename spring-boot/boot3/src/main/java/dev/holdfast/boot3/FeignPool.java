package dev.holdfast.boot3;

import java.security.GeneralSecurityException;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.io.HttpClientConnectionManager;
import org.apache.hc.client5.http.ssl.NoopHostnameVerifier;
import org.apache.hc.client5.http.ssl.SSLConnectionSocketFactory;
import org.apache.hc.client5.http.ssl.SSLConnectionSocketFactoryBuilder;
import org.apache.hc.client5.http.ssl.TrustAllStrategy;
import org.apache.hc.core5.http.io.SocketConfig;
import org.apache.hc.core5.http.ssl.TLS;
import org.apache.hc.core5.pool.PoolConcurrencyPolicy;
import org.apache.hc.core5.pool.PoolReusePolicy;
import org.apache.hc.core5.ssl.SSLContexts;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.springframework.cloud.openfeign.support.FeignHttpClientProperties;
import org.springframework.cloud.openfeign.support.FeignHttpClientProperties.Hc5Properties;

/**
 * The pool that {@code HttpClient5FeignConfiguration} of Spring Cloud OpenFeign 4.3 makes, which
 * cannot be customized there; 5.0.1 and later ask customizers. A test compares the two.
 */
final class FeignPool {

  private FeignPool() {}

  /**
   * With all properties, and then customized.
   *
   * @throws IllegalStateException if this JVM has no TLS
   */
  static HttpClientConnectionManager of(
      FeignHttpClientProperties properties,
      Consumer<PoolingHttpClientConnectionManagerBuilder> customizer) {
    PoolingHttpClientConnectionManagerBuilder pool = builder(properties);
    customizer.accept(pool);
    return pool.build();
  }

  @SuppressWarnings("deprecation") // as Spring Cloud does it: another way would not be the same
  private static PoolingHttpClientConnectionManagerBuilder builder(
      FeignHttpClientProperties properties) {
    Hc5Properties own = properties.getHc5();
    return PoolingHttpClientConnectionManagerBuilder.create()
        .setSSLSocketFactory(tls(properties.isDisableSslValidation()))
        .setMaxConnTotal(properties.getMaxConnections())
        .setMaxConnPerRoute(properties.getMaxConnectionsPerRoute())
        .setConnPoolPolicy(PoolReusePolicy.valueOf(own.getPoolReusePolicy().name()))
        .setPoolConcurrencyPolicy(
            PoolConcurrencyPolicy.valueOf(own.getPoolConcurrencyPolicy().name()))
        .setConnectionTimeToLive(
            TimeValue.of(properties.getTimeToLive(), properties.getTimeToLiveUnit()))
        .setDefaultSocketConfig(
            SocketConfig.custom()
                .setSoTimeout(Timeout.of(own.getSocketTimeout(), own.getSocketTimeoutUnit()))
                .build());
  }

  @SuppressWarnings("deprecation")
  private static SSLConnectionSocketFactory tls(boolean trustingAll) {
    SSLConnectionSocketFactoryBuilder tls =
        SSLConnectionSocketFactoryBuilder.create().setTlsVersions(TLS.V_1_3, TLS.V_1_2);
    return trustingAll
        ? tls.setSslContext(trustingAll())
            .setHostnameVerifier(NoopHostnameVerifier.INSTANCE)
            .build()
        : tls.setSslContext(SSLContexts.createSystemDefault()).build();
  }

  private static SSLContext trustingAll() {
    try {
      return SSLContexts.custom().loadTrustMaterial(TrustAllStrategy.INSTANCE).build();
    } catch (GeneralSecurityException unknown) {
      throw new IllegalStateException(
          "spring.cloud.openfeign.httpclient.disable-ssl-validation", unknown);
    }
  }
}
