package dev.holdfast.internal.diagnosis;

import dev.holdfast.path.ConnectionPlan;
import java.util.List;
import java.util.Optional;

/** What was seen of an event, as far as it was seen. Immutable. */
public sealed interface Signs permits DeathSigns, ConnectSigns, ChurnSigns {

  /**
   * What was seen, for people.
   *
   * @return one line each; no key, value, address or credential
   */
  List<String> evidence();

  /**
   * What the user declared about the path.
   *
   * @return its plan, if one was declared
   */
  Optional<ConnectionPlan> plan();
}
