package dev.holdfast.examples;

import dev.holdfast.http.okhttp.OkHttpGuard;
import dev.holdfast.path.ConnectionPlan;
import dev.holdfast.path.HopPreset;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.ServerPreset;
import okhttp3.OkHttpClient;

/** First steps with OkHttp, and with whatever takes its client, as Retrofit does. */
final class OkHttpQuickstart {

  private OkHttpQuickstart() {}

  /** A service behind an nginx and a load balancer. */
  static ConnectionPlan plan() {
    return NetworkPath.to(ServerPreset.NGINX.limits()).through(HopPreset.AWS_NLB.hop()).plan();
  }

  /**
   * Guards a client.
   *
   * @param builder with whatever else it needs: TLS, timeouts, interceptors
   */
  static OkHttpClient client(OkHttpClient.Builder builder) {
    // readme
    OkHttpGuard guard = OkHttpGuard.create(plan());
    return guard.install(builder).build();
    // end
  }
}
