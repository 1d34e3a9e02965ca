package dev.holdfast.benchmarks.exchange;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;

/** Calls one after another, each on a connection of its own, while many descriptors are open. */
public final class ShortCalls {

  private ShortCalls() {}

  /**
   * Makes calls.
   *
   * @param guarded whether the client has a guard
   * @param descriptors how many are open besides
   * @param nanos for how long
   * @return calls per second
   * @throws Exception if one failed
   */
  public static double perSecond(boolean guarded, int descriptors, long nanos) throws Exception {
    ExecutorService threads = Executors.newCachedThreadPool();
    try (Descriptors held = new Descriptors(descriptors);
        ShortServer server = new ShortServer(threads);
        Mode.Client client =
            (guarded ? Mode.GUARDED : Mode.BARE)
                .client(PoolingHttpClientConnectionManagerBuilder.create(), HttpClients.custom())) {
      long began = System.nanoTime();
      long calls = 0;
      while (System.nanoTime() - began < nanos) {
        client.client().execute(HangUps.get(server.port()), response -> response.getCode());
        calls++;
      }
      return calls * 1e9 / (System.nanoTime() - began);
    } finally {
      threads.shutdownNow();
    }
  }
}
