package dev.holdfast.internal.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ListenersTest {

  @Test
  void mustTellEveryoneWhateverOneOfThemThrows() {
    Listeners<String> listeners = new Listeners<>();
    List<String> heard = new ArrayList<>();
    listeners.add(
        event -> {
          throw new AssertionError("an error of the user's");
        });
    listeners.add(
        event -> {
          throw new IllegalStateException("thrown by the user's");
        });
    listeners.add(heard::add);
    listeners.tell("orders", "swapped");
    assertThat(heard).containsExactly("swapped");
  }
}
