package dev.holdfast.internal.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.internal.usage.UsageSettings;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.ServerLimits;
import dev.holdfast.usage.MixedUsageException;
import dev.holdfast.usage.Usage;
import dev.holdfast.usage.UsageRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;

/** Which endpoints a guard keeps in mind, and for how long they are declared. */
final class EndpointUsesTest {

  private static final int MANY = 2 * AddressBook.MOST_UNUSED;

  private final UsageRegistry registry = new UsageRegistry();
  private final EndpointUses uses =
      new EndpointUses(
          "test",
          NetworkPath.to(ServerLimits.withoutIdleTimeout("redis")).plan(),
          new UsageSettings(Usage.LONG_LIVED, "here", registry),
          8,
          new DiagnosisReporter(new SimpleMeterRegistry()));

  private boolean declared(String endpoint) {
    try {
      registry.declare(endpoint, Usage.SHORT_LIVED, "there").close();
      return false;
    } catch (MixedUsageException refused) {
      return true;
    }
  }

  private void visitMany() {
    for (int i = 0; i < MANY; i++) {
      uses.use("other-" + i, 6379);
    }
  }

  @Test
  void mustKeepWhatIsInUseHoweverManyCome() {
    var used = uses.use("used", 6379);
    used.opened();
    visitMany();
    assertThat(declared("used:6379")).isTrue();
    assertThat(uses.use("used", 6379)).isSameAs(used);
  }

  @Test
  void mustForgetAndFreeTheOldestThatAreNot() {
    var once = uses.use("once", 6379);
    once.opened();
    once.refused();
    visitMany();
    assertThat(declared("once:6379")).isFalse();
    assertThat(declared("other-" + (MANY - 1) + ":6379")).isTrue();
  }

  @Test
  void mustDeclareAgainWhatIsDialledAfterItsClientsEnd() {
    uses.use("once", 6379);
    uses.withdraw();
    assertThat(declared("once:6379")).isFalse();
    uses.use("once", 6379);
    assertThat(declared("once:6379")).isTrue();
  }

  @Test
  void mustDeclareNothingOnceClosed() {
    uses.use("once", 6379);
    uses.close();
    uses.use("once", 6379);
    assertThat(declared("once:6379")).isFalse();
  }

  @Test
  void mustRememberNothingOfARefusedUse() {
    registry.declare("taken:6379", Usage.SHORT_LIVED, "there");
    assertThatThrownBy(() -> uses.use("taken", 6379)).isInstanceOf(MixedUsageException.class);
    assertThatCode(uses::close).doesNotThrowAnyException();
  }
}
