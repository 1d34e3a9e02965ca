package dev.holdfast.http.apache.transparency;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.http.apache.ApacheHttpGuard;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.ServerLimits;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * On a path that is well nobody can tell that there is a guard: not the caller by what he gets, not
 * the server by what it is asked, how often, and over which connection.
 */
final class TransparencyTest {

  private static final int USES = 60;

  private static CloseableHttpClient client(boolean guarded) {
    var pool = PoolingHttpClientConnectionManagerBuilder.create();
    if (!guarded) {
      return HttpClients.custom().setConnectionManager(pool.build()).build();
    }
    ApacheHttpGuard guard =
        ApacheHttpGuard.create(
            NetworkPath.to(ServerLimits.withIdleTimeout("origin", Duration.ofMinutes(5))).plan());
    return guard.install(HttpClients.custom()).setConnectionManager(guard.install(pool)).build();
  }

  private static List<String> seen(int seed, boolean guarded) throws IOException {
    Random random = new Random(seed);
    List<String> all = new ArrayList<>();
    try (TalkativeServer server = new TalkativeServer();
        CloseableHttpClient client = client(guarded)) {
      for (int i = 0; i < USES; i++) {
        Use use = Use.random(i, random);
        all.add(use + " -> " + use.run(client, server.port()));
      }
      for (String asked : server.asked()) {
        all.add(asked.replace(":" + server.port(), ":PORT"));
      }
    }
    return all;
  }

  private static IntStream seeds() {
    return IntStream.rangeClosed(1, 8);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void mustShowTheSameWithAndWithoutAGuard(int seed) throws IOException {
    List<String> bare = seen(seed, false);
    List<String> guarded = seen(seed, true);
    for (int i = 0; i < Math.min(bare.size(), guarded.size()); i++) {
      assertThat(guarded.get(i)).as("seed %d, line %d", seed, i).isEqualTo(bare.get(i));
    }
    assertThat(guarded).as("seed %d", seed).hasSameSizeAs(bare);
  }
}
