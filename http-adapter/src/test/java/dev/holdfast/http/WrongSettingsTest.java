package dev.holdfast.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.holdfast.http.apache.ApacheHttpGuard;
import dev.holdfast.http.apache.ApacheHttpGuardBuilder;
import dev.holdfast.http.reactor.ReactorHttpGuard;
import dev.holdfast.http.reactor.ReactorHttpGuardBuilder;
import dev.holdfast.path.ConnectionPlan;
import dev.holdfast.path.NetworkPath;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a wrong setting is answered with: what, value, limit, and what to write instead. */
final class WrongSettingsTest {

  private static final ConnectionPlan PLAN = NetworkPath.parse("nginx").plan();

  /** More nanoseconds than a long counts. */
  private static final Duration CENTURIES = Duration.ofDays(365 * 300);

  private static Arguments apache(String what, Consumer<ApacheHttpGuardBuilder> wrong) {
    return Arguments.of(
        what,
        (ThrowingCallable)
            () -> {
              ApacheHttpGuardBuilder guard = ApacheHttpGuard.custom(PLAN);
              wrong.accept(guard);
              guard.build().close();
            });
  }

  private static Arguments reactor(String what, Consumer<ReactorHttpGuardBuilder> wrong) {
    return Arguments.of(
        what,
        (ThrowingCallable)
            () -> {
              ReactorHttpGuardBuilder guard = ReactorHttpGuard.custom(PLAN);
              wrong.accept(guard);
              guard.build().close();
            });
  }

  static Stream<Arguments> settings() {
    return Stream.of(
        apache("name is ' '; it must not be blank", guard -> guard.name(" ")),
        apache("probeAfter PT0.1S is below 1 s", guard -> guard.probeAfter(Duration.ofMillis(100))),
        apache("probeAfter PT2628000H is above 3650 days", guard -> guard.probeAfter(CENTURIES)),
        apache("connectTimeout PT2628000H is above", guard -> guard.connectTimeout(CENTURIES)),
        reactor("evictEvery PT2628000H is above", guard -> guard.evictEvery(CENTURIES)),
        reactor("declinedPatience PT2628000H is", guard -> guard.declinedPatience(CENTURIES)),
        apache("redials -1 is negative", guard -> guard.redials(-1)),
        apache("endpointMeters 0 is outside 1 to 1000", guard -> guard.endpointMeters(0)),
        apache("endpointMeters 5000 is outside", guard -> guard.endpointMeters(5_000)),
        apache("connectTimeout PT0S is not above zero", g -> g.connectTimeout(Duration.ZERO)),
        apache("host is 'http://a'; it must be a host", guard -> guard.planFor("http://a", PLAN)),
        reactor("host 'a' has two plans", guard -> guard.planFor("a", PLAN).planFor("a", PLAN)),
        reactor("probeAfter PT0S is below 1 s", guard -> guard.probeAfter(Duration.ZERO)),
        reactor("evictEvery PT-5S is negative", g -> g.evictEvery(Duration.ofSeconds(-5))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("settings")
  void mustSayWhatIsWrongAndWhatToWrite(String what, ThrowingCallable wrong) {
    Throwable refused = catchThrowable(wrong);
    assertThat(refused).isInstanceOf(IllegalArgumentException.class);
    assertThat(Objects.requireNonNull(refused.getMessage())).contains(what).contains("Fix: ");
  }
}
