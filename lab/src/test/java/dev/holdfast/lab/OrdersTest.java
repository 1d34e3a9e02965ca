package dev.holdfast.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class OrdersTest {

  @Test
  void mustTellEachOrderOnce() {
    List<List<Character>> orders = Orders.of(List.of('a', 'b', 'c', 'd'));
    assertThat(orders).hasSize(24).doesNotHaveDuplicates();
    assertThat(orders).allSatisfy(order -> assertThat(Set.copyOf(order)).hasSize(4));
    assertThat(Orders.of(List.of())).containsExactly(List.of());
  }
}
