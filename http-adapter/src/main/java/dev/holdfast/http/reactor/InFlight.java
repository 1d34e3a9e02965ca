package dev.holdfast.http.reactor;

import java.util.ArrayList;
import java.util.List;

/** What one connection carries. Confined to its event loop. */
final class InFlight {

  private final Retirement retirement;
  private final List<Exchange> exchanges = new ArrayList<>(1);

  InFlight(Retirement retirement) {
    this.retirement = retirement;
  }

  boolean isEmpty() {
    return exchanges.isEmpty();
  }

  void add(Exchange exchange) {
    exchanges.add(exchange);
    retirement.uses(exchanges.size());
  }

  /** Whether it was in flight, and is no more. */
  boolean remove(Exchange exchange) {
    boolean known = exchanges.remove(exchange);
    if (known) {
      retirement.uses(exchanges.size());
    }
    return known;
  }

  /** Leaves nothing in flight, and says what was. */
  List<Exchange> removeAll() {
    List<Exchange> all = List.copyOf(exchanges);
    exchanges.clear();
    retirement.uses(0);
    return all;
  }

  /** Bytes have arrived; whether they can belong to a response. */
  boolean answersAreDue() {
    boolean due = false;
    for (int i = 0; i < exchanges.size(); i++) { // no iterator: this is asked for all that arrives
      Exchange exchange = exchanges.get(i);
      if (exchange.left()) {
        exchange.answers();
        due = true;
      }
    }
    return due;
  }
}
