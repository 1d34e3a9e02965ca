package dev.holdfast.benchmarks.storm;

import dev.holdfast.gate.Admission;
import dev.holdfast.gate.Closer;
import dev.holdfast.gate.ConnectGate;
import dev.holdfast.gate.EndpointGates;
import dev.holdfast.gate.Permit;
import dev.holdfast.gate.StormPolicy;
import dev.holdfast.gate.Turn;
import dev.holdfast.path.PortBudget;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Every client behind its own gate, the real one, on the simulation's clock. */
final class Gated implements Reconnect {
  private static final SocketAddress BALANCER = InetSocketAddress.createUnresolved("balancer", 1);

  private final ConnectGate[] gates;
  private final int connections;
  private final @Nullable Turn[] turns;
  private final Permit[] permits;

  Gated(Storm storm, StormPolicy policy, LongSupplier nanos, RandomGenerator random) {
    connections = storm.connections();
    gates = new ConnectGate[storm.clients()];
    turns = new Turn[storm.total()];
    permits = new Permit[storm.total()];
    SimpleMeterRegistry meters = new SimpleMeterRegistry();
    for (int client = 0; client < gates.length; client++) {
      gates[client] =
          EndpointGates.custom()
              .policy(policy)
              .budget(PortBudget.LINUX_CLIENT)
              .clock(nanos)
              .random(random::nextDouble)
              .meters(meters, "storm")
              .build();
    }
    for (int connection = 0; connection < permits.length; connection++) {
      if (ask(connection) != 0) {
        throw new IllegalStateException("an endpoint that is well made its first caller wait");
      }
      permits[connection].connected();
    }
  }

  @Override
  public long lost(int connection) {
    permits[connection].closed(Closer.RESET);
    return 0;
  }

  @Override
  public long ask(int connection) {
    Turn turn = turns[connection];
    Admission admission =
        turn == null
            ? gates[connection / connections].admit(BALANCER, 1_000 * Storm.TIMEOUT)
            : turn.again();
    turns[connection] = null;
    if (admission instanceof Admission.Go go) {
      permits[connection] = go.permit();
      return 0;
    }
    if (admission instanceof Admission.Wait wait) {
      turns[connection] = wait.turn();
      return micros(wait.nanos());
    }
    return micros(((Admission.Refused) admission).retryNanos());
  }

  @Override
  public void silent(int connection) {
    permits[connection].silent();
  }

  @Override
  public void connected(int connection) {
    permits[connection].connected();
  }

  @Override
  public long failed(int connection) {
    permits[connection].failed(new SocketTimeoutException("connect timed out"));
    return 0;
  }

  private static long micros(long nanos) {
    return nanos / 1_000 + 1;
  }
}
