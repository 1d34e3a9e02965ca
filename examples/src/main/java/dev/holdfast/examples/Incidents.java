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
        new StaleAck());
  }

  /**
   * What the guard does not survive yet: the adapters do not ask the connect gate for a source
   * port.
   */
  static List<Incident> knownShort() {
    return List.of(new PortsExhausted());
  }
}
