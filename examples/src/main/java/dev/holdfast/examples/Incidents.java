package dev.holdfast.examples;

import java.util.List;

/** The incidents Holdfast was made for. */
final class Incidents {

  private Incidents() {}

  static List<Incident> all() {
    return List.of(
        new IdleReset(),
        new ChurnReset(),
        new LostSyn(),
        new WrongBackend(),
        new ReversePath(),
        new StaleAck(),
        new PortsExhausted());
  }
}
