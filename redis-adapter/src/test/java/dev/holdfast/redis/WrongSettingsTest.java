package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.holdfast.path.ConnectionPlan;
import dev.holdfast.path.NetworkPath;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a wrong setting is answered with: what, value, limit, and what to write instead. */
final class WrongSettingsTest {

  private static final ConnectionPlan PLAN = NetworkPath.parse("redis").plan();

  /** More nanoseconds than a long counts. */
  private static final Duration CENTURIES = Duration.ofDays(365 * 300);

  private static Arguments wrong(String what, Consumer<LettuceGuardBuilder> setting) {
    return Arguments.of(what, setting);
  }

  static Stream<Arguments> settings() {
    return Stream.of(
        wrong("name is ''; it must not be blank", guard -> guard.name("")),
        wrong("probeAfter PT0S is not above zero", guard -> guard.probeAfter(Duration.ZERO)),
        wrong("probeAfter PT-1S is not above", g -> g.probeAfter(Duration.ofSeconds(-1))),
        wrong("probeAfter PT2628000H is above 3650 days", guard -> guard.probeAfter(CENTURIES)),
        wrong("declinedPatience PT2628000H is", guard -> guard.declinedPatience(CENTURIES)),
        wrong("declinedPatience PT-1S is", guard -> guard.declinedPatience(Duration.ofSeconds(-1))),
        wrong("silentServerLimit PT2628000H is", guard -> guard.silentServerLimit(CENTURIES)),
        wrong("heldLimit 0 is below 1", guard -> guard.heldLimit(0)),
        wrong("replayAttempts 0 is below 1", guard -> guard.replayAttempts(0)),
        wrong("redials -3 is negative", guard -> guard.redials(-3)),
        wrong("endpointMeters 1001 is outside 1 to 1000", guard -> guard.endpointMeters(1_001)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("settings")
  void mustSayWhatIsWrongAndWhatToWrite(String what, Consumer<LettuceGuardBuilder> setting) {
    Throwable refused =
        catchThrowable(
            () -> {
              LettuceGuardBuilder guard = LettuceGuard.custom(PLAN);
              setting.accept(guard);
              guard.build().close();
            });
    assertThat(refused).isInstanceOf(IllegalArgumentException.class);
    assertThat(Objects.requireNonNull(refused.getMessage())).contains(what).contains("Fix: ");
  }
}
