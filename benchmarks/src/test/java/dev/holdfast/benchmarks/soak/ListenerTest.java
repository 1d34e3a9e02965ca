package dev.holdfast.benchmarks.soak;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.benchmarks.soak.Broadcast.Message;
import dev.holdfast.benchmarks.soak.Listener.Deafness;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class ListenerTest {

  private final Listener listener = new Listener();

  @Test
  void mustCountWhatWasTakenAndNeverHeard() {
    long now = System.nanoTime();
    listener.message(Broadcast.CHANNEL, "3");
    Map<Integer, Deafness> deafness =
        listener.deafness(
            List.of(
                new Message(1, now, true),
                new Message(1, now, false),
                new Message(2, now, true),
                new Message(2, now, true)));
    assertThat(in(deafness, 1).missing()).isEqualTo(1);
    assertThat(in(deafness, 2).missing()).isEqualTo(1);
  }

  @Test
  void mustMeasureFromTheFirstMissingMessageToTheNextHeard() {
    long second = 1_000_000_000;
    long now = System.nanoTime();
    listener.message(Broadcast.CHANNEL, "1");
    Map<Integer, Deafness> deafness =
        listener.deafness(
            List.of(new Message(0, now - 3 * second, true), new Message(1, now, true)));
    assertThat(in(deafness, 0).deafNanos()).isBetween(3 * second, 4 * second);
    assertThat(in(deafness, 1).deafNanos()).isLessThan(second);
  }

  @Test
  void mustSayNothingOfTheTimeAfterTheLastMessage() {
    Map<Integer, Deafness> deafness =
        listener.deafness(List.of(new Message(0, System.nanoTime(), true)));
    assertThat(deafness.get(0)).isEqualTo(new Deafness(1, 0, 0));
  }

  @Test
  void mustTellSinceWhenInTheFaultItWasDeaf() {
    long second = 1_000_000_000;
    long now = System.nanoTime();
    listener.message(Broadcast.CHANNEL, "2");
    Deafness deafness =
        in(
            listener.deafness(
                List.of(
                    new Message(0, now - 9 * second, true),
                    new Message(1, now - 8 * second, false),
                    new Message(1, now - 3 * second, true))),
            1);
    assertThat(deafness.deafNanos()).isBetween(3 * second, 4 * second);
    assertThat(deafness.sinceNanos()).isEqualTo(5 * second);
  }

  private static Deafness in(Map<Integer, Deafness> deafness, int episode) {
    return Objects.requireNonNull(deafness.get(episode));
  }
}
