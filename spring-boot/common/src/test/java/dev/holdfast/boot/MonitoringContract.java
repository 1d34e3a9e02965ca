package dev.holdfast.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import dev.holdfast.boot.HoldfastEndpoint.GuardReport;
import dev.holdfast.lab.RedisServer;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.data.redis.core.StringRedisTemplate;

/** What an operator sees of the guards, and what a wrong property comes to. */
public abstract class MonitoringContract {

  private final Line line;

  protected MonitoringContract(Line line) {
    this.line = line;
  }

  @Test
  void mustShowPlansLimitsAndHealth() {
    try (RedisServer redis = RedisServer.start()) {
      line.application(true)
          .withPropertyValues(
              "management.endpoints.web.exposure.include=holdfast",
              "spring.data.redis.port=" + redis.port(),
              "holdfast.redis.path=aws-nlb -> redis:timeout=5m")
          .run(
              application -> {
                application.getBean(StringRedisTemplate.class).opsForValue().increment("n");
                GuardReport seen =
                    application.getBean(HoldfastEndpoint.class).report().guards().stream()
                        .filter(each -> "redis".equals(each.name()))
                        .findFirst()
                        .orElseThrow();
                assertThat(seen.path()).isEqualTo("client -> aws-nlb -> redis");
                assertThat(seen.client()).startsWith("Lettuce ");
                assertThat(seen.idleLimit()).isEqualTo("PT4M30S");
                assertThat(seen.endpoints()).isNotEmpty();
                assertThat(seen.plan()).anyMatch(each -> each.contains("redis"));
                assertThat(line.health(application)).isEqualTo("UP");
              });
    }
  }

  @Test
  void mustShowNothingUnlessItIsExposed() {
    line.application(true)
        .run(application -> assertThat(application).doesNotHaveBean(HoldfastEndpoint.class));
  }

  @Test
  void mustShowThePathsOfHostsWithTheirOwn() {
    line.application(true)
        .withPropertyValues(
            "management.endpoints.web.exposure.include=holdfast",
            "holdfast.http.path=aws-nat-gateway -> nginx",
            "holdfast.http.hosts[0].host=*.internal:8080",
            "holdfast.http.hosts[0].path=aws-nlb -> tomcat")
        .run(
            application -> {
              List<GuardReport> guards =
                  application.getBean(HoldfastEndpoint.class).report().guards();
              assertThat(guards)
                  .extracting(GuardReport::name)
                  .containsExactlyInAnyOrder("redis", "rest-client", "async-client", "web-client");
              assertThat(guards)
                  .filteredOn(each -> !"redis".equals(each.name()))
                  .allSatisfy(
                      each ->
                          assertThat(each.hosts())
                              .containsExactly(
                                  entry("*.internal:8080", "client -> aws-nlb -> tomcat")));
            });
  }

  @Test
  void mustNotTakeAMisspeltProperty() {
    line.application(true)
        .withPropertyValues("holdfast.redis.pth=redis")
        .run(
            application ->
                assertThat(application).getFailure().hasStackTraceContaining("holdfast.redis.pth"));
  }

  @ParameterizedTest
  @CsvSource({
    "holdfast.http.hosts[0].path, nginx, holdfast.http.hosts[0].host",
    "holdfast.http.hosts[0].host, api.example.com, holdfast.http.hosts[0].path",
  })
  void mustNameTheHalfOfAHostThatIsMissing(String property, String value, String missing) {
    line.application(true)
        .withPropertyValues(property + "=" + value)
        .run(
            application ->
                assertThat(application)
                    .getFailure()
                    .hasStackTraceContaining(missing + ": it is missing; host and path belong"));
  }

  @Test
  void mustNameTheHostThatIsNone() {
    line.application(true)
        .withPropertyValues(
            "holdfast.http.hosts[0].host=https://api.example.com",
            "holdfast.http.hosts[0].path=nginx")
        .run(
            application ->
                assertThat(application)
                    .getFailure()
                    .hasStackTraceContaining("holdfast.http.hosts[0].host: host is 'https://"));
  }

  @ParameterizedTest
  @CsvSource({
    "holdfast.redis.path, proxy:idle=1s -> redis, E7",
    "holdfast.redis.path, aws-nbl -> redis, nearest are",
    "holdfast.redis.path, aws-nlb -> redsi, redsi:timeout=none",
    "holdfast.http.path, nginx:timeout=75, not a time",
    "holdfast.http.path, '', not a path",
    "holdfast.redis.probe-after, 10ms, below 1 s",
  })
  void mustStopTheStartAndSayWhatToWrite(String property, String value, String message) {
    line.application(true)
        .withPropertyValues(property + "=" + value)
        .run(
            application -> {
              assertThat(application).hasFailed();
              FailureAnalysis said =
                  new HoldfastFailureAnalyzer()
                      .analyze(Objects.requireNonNull(application.getStartupFailure()));
              assertThat(said).isNotNull();
              assertThat(said.getDescription()).contains(property).contains(message);
              assertThat(said.getDescription() + said.getAction()).contains("Fix:");
              assertThat(said.getAction()).contains(property);
            });
  }
}
