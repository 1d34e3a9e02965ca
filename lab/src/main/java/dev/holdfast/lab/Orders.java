package dev.holdfast.lab;

import java.util.ArrayList;
import java.util.List;

/** All orders of a few things, such as what is closed first. */
public final class Orders {

  private Orders() {}

  /**
   * All orders.
   *
   * @param things different from one another, a handful: five have 120 orders
   * @param <T> what is put in order
   * @return each order once
   */
  public static <T> List<List<T>> of(List<T> things) {
    if (things.isEmpty()) {
      return List.of(List.of());
    }
    List<List<T>> orders = new ArrayList<>();
    for (T first : things) {
      List<T> others = new ArrayList<>(things);
      others.remove(first);
      for (List<T> rest : of(others)) {
        List<T> order = new ArrayList<>(List.of(first));
        order.addAll(rest);
        orders.add(List.copyOf(order));
      }
    }
    return orders;
  }
}
