package dev.holdfast.path;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A path in one line of a configuration file. */
final class PathWordsTest {

  @Test
  void mustReadAsTheBuilderWouldWrite() {
    NetworkPath read = NetworkPath.parse("k8s-ipvs -> aws-nlb -> redis:timeout=5m");
    NetworkPath built =
        NetworkPath.to(ServerPreset.REDIS.limits().withIdleTimeout(Duration.ofMinutes(5)))
            .through(HopPreset.K8S_IPVS.hop())
            .through(HopPreset.AWS_NLB.hop());
    assertThat(read).hasToString(built.toString());
    assertThat(read.plan().explain()).isEqualTo(built.plan().explain());
  }

  @Test
  void mustTakeNamesOfOnesOwnWithTheirLimits() {
    NetworkPath path = NetworkPath.parse("office-firewall:idle=30m->orders:timeout=20s");
    assertThat(path).hasToString("client -> office-firewall -> orders");
    assertThat(path.plan().maxIdleAge()).contains(Duration.ofSeconds(18));
  }

  @Test
  void mustTakeAServerWithoutAnyLimitIfItIsSaid() {
    NetworkPath path = NetworkPath.parse("aws-nlb -> orders:timeout=none");
    assertThat(path.server().idleTimeout()).isEmpty();
    assertThat(NetworkPath.parse("redis:timeout=none").server().idleTimeout()).isEmpty();
    assertThat(NetworkPath.parse("redis-7:timeout=5m").server().name()).isEqualTo("redis-7");
  }

  @Test
  void mustTakePresetsHoweverTheyAreSpelt() {
    assertThat(NetworkPath.parse("AWS_NLB:idle=100s -> Redis:timeout=5m"))
        .hasToString("client -> aws-nlb -> redis");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "->", "aws-nlb ->", "-> redis", "a -> -> b"})
  void mustRefuseWhatIsNoPath(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> NetworkPath.parse(text))
        .withMessageContaining("not a path");
  }

  @ParameterizedTest
  @CsvSource({
    "aws-nbl -> redis, nearest are",
    "aws-nlb:idle=400 -> redis, not a time",
    "aws-nlb:limit=400s -> redis, unknown key: 'limit'",
    "redis:timeout, not a KEY=VALUE",
  })
  void mustSayWhichWordIsWrong(String text, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> NetworkPath.parse(text))
        .withMessageContaining(message);
  }

  @Test
  void mustAssumeShortLimitsForAnUnknownPath() {
    ConnectionPlan plan = NetworkPath.unknown(ServerLimits.withoutIdleTimeout("any")).plan();
    assertThat(plan.maxIdleAge()).contains(Duration.ofSeconds(216));
    assertThat(plan.keepAlive().orElseThrow().idle()).isLessThan(Duration.ofSeconds(80));
  }
}
