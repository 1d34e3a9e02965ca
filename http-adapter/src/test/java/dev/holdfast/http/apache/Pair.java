package dev.holdfast.http.apache;

import java.io.IOException;
import java.util.function.UnaryOperator;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;

/** The same client without a guard and with one. */
enum Pair {
  BARE,
  GUARDED;

  CloseableHttpClient client() {
    return client(pool -> pool, http -> http);
  }

  CloseableHttpClient client(
      UnaryOperator<PoolingHttpClientConnectionManagerBuilder> pooling,
      UnaryOperator<HttpClientBuilder> building) {
    PoolingHttpClientConnectionManagerBuilder pool =
        pooling.apply(PoolingHttpClientConnectionManagerBuilder.create());
    HttpClientBuilder http = building.apply(HttpClients.custom());
    if (this == BARE) {
      return http.setConnectionManager(pool.build()).build();
    }
    ApacheHttpGuard guard = ApacheHttpGuard.create(Bed.plan());
    return guard.install(http).setConnectionManager(guard.install(pool)).build();
  }

  /** What a call came to, in one word. */
  static String outcome(Call call) {
    try {
      return String.valueOf(call.run());
    } catch (IOException thrown) {
      return thrown.getClass().getSimpleName();
    }
  }

  /** One call of a client. */
  interface Call {
    int run() throws IOException;
  }
}
