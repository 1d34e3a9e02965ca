package dev.holdfast.internal.diagnosis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.diagnosis.SiblingRule.Suspicion;
import io.netty.channel.local.LocalAddress;
import java.net.SocketAddress;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What connections to one address learn from each other. */
final class NeighboursTest {

  private static final SocketAddress HERE = new LocalAddress("here");
  private static final SocketAddress THERE = new LocalAddress("there");
  private static final Duration IDLE = Duration.ofMinutes(1);
  private static final long SECOND = 1_000_000_000L;

  private final Neighbours neighbours = new Neighbours();

  private Siblings around(long diedAtNanos) {
    return neighbours.around(HERE, diedAtNanos, IDLE);
  }

  @Test
  void mustCountDeathsAtOneAddressWithinASecondOnly() {
    neighbours.died(HERE, 0, IDLE);
    neighbours.died(HERE, 9 * SECOND, IDLE);
    neighbours.died(HERE, 10 * SECOND, IDLE);
    neighbours.died(HERE, 11 * SECOND, IDLE);
    neighbours.died(THERE, 10 * SECOND, IDLE);
    assertThat(around(10 * SECOND)).isEqualTo(new Siblings(2, 0, Answer.YES));
  }

  @Test
  void mustCountThoseProvedSinceThatWereIdleAsLong() {
    neighbours.proved(HERE, 9 * SECOND, IDLE);
    neighbours.died(HERE, 10 * SECOND, IDLE);
    neighbours.proved(HERE, 11 * SECOND, IDLE.minusSeconds(1));
    assertThat(around(10 * SECOND).proved()).isZero();
    neighbours.proved(HERE, 11 * SECOND, IDLE);
    assertThat(around(10 * SECOND).proved()).isEqualTo(1);
  }

  @Test
  void mustSuspectAtTheAddressOfTheDeathOnly() {
    neighbours.suspect(HERE, new Suspicion(10 * SECOND, Duration.ofSeconds(5)));
    assertThat(neighbours.suspects(HERE, 5 * SECOND)).isTrue();
    assertThat(neighbours.suspects(HERE, 6 * SECOND)).isFalse();
    assertThat(neighbours.suspects(THERE, 0)).isFalse();
  }

  /** The latest death anywhere is what those who ask are compared with first. */
  @Test
  void mustSuspectAtEachAddressWhoeverDiedLater() {
    neighbours.suspect(THERE, new Suspicion(20 * SECOND, Duration.ofSeconds(5)));
    neighbours.suspect(HERE, new Suspicion(10 * SECOND, Duration.ofSeconds(5)));
    assertThat(neighbours.suspects(THERE, 12 * SECOND)).isTrue();
    assertThat(neighbours.suspects(HERE, 5 * SECOND)).isTrue();
    assertThat(neighbours.suspects(HERE, 12 * SECOND)).isFalse();
    assertThat(neighbours.suspects(THERE, 21 * SECOND)).isFalse();
  }

  @Test
  void mustStayBounded() {
    for (int address = 0; address < 5_000; address++) {
      SocketAddress one = new LocalAddress("a" + address);
      for (int i = 0; i < 3; i++) {
        neighbours.died(one, i, IDLE);
      }
    }
    for (int i = 0; i < 1_000; i++) {
      neighbours.died(HERE, i, IDLE);
    }
    assertThat(around(0).died()).isLessThan(100);
  }
}
