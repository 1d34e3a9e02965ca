package dev.holdfast.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.holdfast.path.ConnectionPlan;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.RequestedSettings;
import dev.holdfast.path.ServerLimits;
import dev.holdfast.pool.FakeServer.Connection;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** What does not fit is refused, all of it at once, with what to do about it. */
final class PoolSettingsTest {

  private static List<String> problems(
      ConnectionPlan plan, UnaryOperator<PoolBuilder<Connection>> settings) {
    PoolBuilder<Connection> builder =
        settings.apply(ConnectionPool.builder(new FakeServer(), plan).name("bad"));
    InvalidPoolSettingsException refused =
        assertThatExceptionOfType(InvalidPoolSettingsException.class)
            .isThrownBy(builder::build)
            .actual();
    assertThat(refused).hasMessageStartingWith("pool bad: ");
    return refused.problems();
  }

  private static List<String> problems(UnaryOperator<PoolBuilder<Connection>> settings) {
    return problems(PoolBed.plan(), settings);
  }

  @Test
  void mustNameEverythingThatDoesNotFitAtOnce() {
    assertThat(
            problems(
                pool ->
                    pool.maxSize(0)
                        .minIdle(1)
                        .maxConnecting(0)
                        .maxWaiters(-1)
                        .acquireTimeout(Duration.ZERO)
                        .connectTimeout(Duration.ofMillis(-1))
                        .idleTimeout(Duration.ZERO)
                        .leakDetection(Duration.ZERO, 3)))
        .containsExactlyInAnyOrder(
            "maxSize 0 is outside 1 to 10000 (a borrow may look at each); choose one within",
            "minIdle 1 is outside 0 to maxSize 0; lower minIdle or raise maxSize",
            "maxConnecting 0 is below 1: nothing could be opened; use at least 1",
            "maxWaiters -1 is below 0; use 0 to let nobody wait",
            "leak sample of one in 3 is not a power of two (it is a bit test on the borrow path);"
                + " use 2",
            "acquireTimeout PT0S is not above zero; use a longer time",
            "connectTimeout PT-0.001S is not above zero; use a longer time",
            "idleTimeout PT0S is not above zero; use a longer time",
            "leak detection after PT0S is not above zero; use a longer time");
  }

  @Test
  void mustRefuseAnIdleTimeoutThatWouldDoNothing() {
    assertThat(problems(pool -> pool.idleTimeout(Duration.ofMinutes(5))))
        .singleElement()
        .asString()
        .startsWith("idleTimeout PT5M is not below the idle age ")
        .endsWith("so it would do nothing; lower it or leave it out");
  }

  @Test
  void mustRefuseAPlanWithoutReuse() {
    ConnectionPlan plan =
        NetworkPath.to(ServerLimits.withoutIdleTimeout("redis"))
            .plan(RequestedSettings.none().withoutReuse());
    assertThat(problems(plan, pool -> pool)).singleElement().asString().contains("forbids reuse");
  }

  @Test
  void mustRefuseToShrinkBelowItsMinimumOrToGrowWithoutBound() {
    PoolBed bed = new PoolBed(1, pool -> pool.minIdle(2));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> bed.pool.resize(1))
        .withMessageContaining("pool bed: maxSize 1 is outside 2");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> bed.pool.resize(10_001))
        .withMessageContaining("to 10000");
  }

  @Test
  void mustRefuseToCountBackwards() {
    PoolBed bed = new PoolBed(2, pool -> pool);
    Lease<Connection> lease = bed.acquire();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> lease.countRequests(-1))
        .withMessage("requests -1 are below 0");
  }
}
