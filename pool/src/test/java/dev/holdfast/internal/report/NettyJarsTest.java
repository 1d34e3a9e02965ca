package dev.holdfast.internal.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.Version;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class NettyJarsTest {

  @Test
  void mustNameTheJarsOfEachVersion() {
    Map<String, String> versions =
        Map.of(
            "netty-common", "4.2.13.Final",
            "netty-transport", "4.2.13.Final",
            "netty-handler", "4.2.18.Final");

    assertThat(NettyJars.mixture(versions))
        .hasValueSatisfying(
            said ->
                assertThat(said)
                    .contains(
                        "4.2.13.Final (netty-common, netty-transport)",
                        "4.2.18.Final (netty-handler)",
                        "netty-bom",
                        "netty.version"));
  }

  @Test
  void mustNotComplainOfJarsWithVersionsOfTheirOwn() {
    Map<String, String> versions =
        Map.of(
            "netty-common", "4.2.18.Final",
            "netty-handler", "4.2.18.Final",
            "netty-tcnative-boringssl-static", "2.0.75.Final",
            "netty-incubator-codec-native-quic", "0.0.74.Final");

    assertThat(NettyJars.mixture(versions)).isEmpty();
  }

  @Test
  void mustReadTheJarsOfThisProcess() {
    assertThat(Version.identify()).containsKey("netty-common");
    assertThat(NettyJars.mixture()).isEmpty();
  }
}
