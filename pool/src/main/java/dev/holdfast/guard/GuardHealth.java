package dev.holdfast.guard;

import dev.holdfast.gate.ConnectGate;
import dev.holdfast.gate.EndpointGates;
import dev.holdfast.gate.StormState;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How a guard is at one moment. Immutable.
 *
 * @param installed false once one half of it was found to be missing from a client, or it is closed
 * @param endpoints what it dials, by {@code host:port}
 */
public record GuardHealth(boolean installed, List<Endpoint> endpoints) {

  /**
   * One endpoint.
   *
   * @param address {@code host:port}
   * @param state whether everyone dials at once, or after failures one at a time
   */
  public record Endpoint(String address, StormState state) {}

  /**
   * Copies what it is given.
   *
   * @param installed whether it protects its clients
   * @param endpoints what it dials
   */
  public GuardHealth {
    endpoints = List.copyOf(endpoints);
  }

  /**
   * The health of a guard that dials through a gate.
   *
   * @param installed whether it protects its clients
   * @param gate the guard's; a gate of another kind than {@link EndpointGates} tells no endpoints
   * @return the health now
   */
  public static GuardHealth of(boolean installed, ConnectGate gate) {
    Stream<Endpoint> endpoints =
        gate instanceof EndpointGates gates
            ? gates.states().entrySet().stream()
                .map(one -> new Endpoint(EndpointGates.name(one.getKey()), one.getValue().storm()))
                .sorted(Comparator.comparing(Endpoint::address))
            : Stream.empty();
    return new GuardHealth(installed, endpoints.toList());
  }

  /**
   * Whether it is installed and no endpoint is being tried one caller at a time because it failed.
   *
   * @return true if there is nothing to look at
   */
  public boolean well() {
    return installed && firstDown().isEmpty();
  }

  /**
   * An endpoint that failed and is being tried by one caller at a time.
   *
   * @return the first by address
   */
  public Optional<Endpoint> firstDown() {
    return endpoints.stream().filter(each -> each.state() == StormState.PROBING).findFirst();
  }
}
