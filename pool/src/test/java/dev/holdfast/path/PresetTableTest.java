package dev.holdfast.path;

import static dev.holdfast.path.Paths.seconds;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The table of preset outcomes for a round trip of 0.2 s, a slop of 1 s and two lost probes. */
final class PresetTableTest {

  @ParameterizedTest
  @CsvSource({
    "aws-nlb, 315.0, 116",
    "aws-nat-gateway, 315.0, 116",
    "ec2-nitro-v6, 315.0, 116",
    "aws-network-firewall, 315.0, 116",
    "gcp-vpc, 540.0, 199",
    "gcp-cloud-nat, 1080.0, 399",
    "azure-lb, 216.0, 79",
    "azure-nat-gateway, 216.0, 79",
    "k8s-iptables, 77760.0, 99",
    "linux-conntrack, 388800.0, 99",
    "k8s-ipvs, 810.0, 99",
    "docker-swarm, 810.0, 99",
    "aliyun-nlb, 810.0, 299",
    "aliyun-clb, 810.0, 299",
    "tencent-clb, 810.0, 299",
    "huawei-elb-tcp, 270.0, 99",
    "cisco-asa, 3240.0, 1199",
    "palo-alto, 3240.0, 1199",
    "juniper-srx, 1620.0, 599",
    "f5-bigip, 270.0, 99",
    "generic-unknown, 216.0, 79"
  })
  void mustDeriveTheTableForHopsThatCountSegments(String preset, double age, int period) {
    ConnectionPlan plan = NetworkPath.to(Paths.quietServer()).through(hop(preset)).plan();

    assertThat(plan.maxIdleAge()).contains(seconds(age));
    assertThat(plan.warnAge()).contains(seconds(0.8 * age));
    assertThat(plan.keepAlive())
        .contains(new KeepAlive(seconds(period), Duration.ofSeconds(10), 3));
    assertThat(plan.pingPeriod()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "aws-alb, 54.0, 19",
    "aws-classic-elb, 54.0, 19",
    "envoy-tcp, 3240.0, 1199",
    "istio, 3240.0, 1199"
  })
  void mustDeriveTheTableForHopsThatCountPayload(String preset, double age, int period) {
    ConnectionPlan plan = NetworkPath.to(Paths.quietServer()).through(hop(preset)).plan();

    assertThat(plan.maxIdleAge()).contains(seconds(age));
    assertThat(plan.pingPeriod()).contains(seconds(period));
    assertThat(plan.keepAlive()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "azure-redis, 540.0, 199",
    "nginx, 67.5, 24",
    "httpd, 3.8, ",
    "uvicorn, 3.8, ",
    "node-25, 3.8, ",
    "tomcat-server-xml, 18.0, ",
    "jetty, 27.0, ",
    "gunicorn, 0.8, "
  })
  void mustDeriveTheTableForServers(String preset, double age, Integer period) {
    ConnectionPlan plan = NetworkPath.to(ServerPreset.named(preset).limits()).plan();

    assertThat(plan.maxIdleAge()).contains(seconds(age));
    assertThat(plan.pingPeriod()).isEqualTo(Optional.ofNullable(period).map(Duration::ofSeconds));
    assertThat(plan.keepAlive()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "k8s-ipvs, aws-nlb, redis, 315, 99, ",
    "k8s-ipvs, azure-lb, azure-redis, 216, 79, 199"
  })
  void mustCombineByTheMinimumPerColumn(
      String first, String second, String server, int age, int keepAlive, Integer ping) {
    ConnectionPlan plan =
        NetworkPath.to(ServerPreset.named(server).limits())
            .through(hop(first))
            .through(hop(second))
            .plan();

    assertThat(plan.maxIdleAge()).contains(seconds(age));
    assertThat(plan.keepAlive().map(KeepAlive::idle)).contains(seconds(keepAlive));
    assertThat(plan.userTimeout()).isEqualTo(Duration.ofSeconds(30));
    assertThat(plan.pingPeriod()).isEqualTo(Optional.ofNullable(ping).map(Duration::ofSeconds));
    assertThat(plan.warnings()).isEmpty();
  }

  private static Hop hop(String preset) {
    return HopPreset.named(preset).hop();
  }
}
