package dev.holdfast.internal.socket;

import dev.holdfast.dial.AddressBusyException;
import dev.holdfast.internal.dial.BlockingDialler;
import dev.holdfast.internal.usage.EndpointChurn;
import dev.holdfast.path.ConnectionPlan;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.function.BooleanSupplier;

/**
 * Connects the sockets of one guard: through its gate, and again where a dial is lost. Thread-safe.
 */
public final class SocketConnects {

  private final SocketParts guard;
  private final Diallers diallers;
  private final SocketPaths paths;
  private final ReuseCheck reuse;
  private final DroppedSockets dropped = new DroppedSockets();

  /**
   * For the sockets of one guard.
   *
   * @param guard what they share
   * @param diallers how it dials
   * @param paths what it knows of its servers
   */
  public SocketConnects(SocketParts guard, Diallers diallers, SocketPaths paths) {
    this.guard = guard;
    this.diallers = diallers;
    this.paths = paths;
    this.reuse = new ReuseCheck(guard);
  }

  ReuseCheck reuse() {
    return reuse;
  }

  DroppedSockets dropped() {
    return dropped;
  }

  /** One dial of a socket's own. */
  @FunctionalInterface
  interface Dial {
    BlockingDialler.Dialled dial(SocketDial dial, long leftNanos) throws IOException;
  }

  /**
   * Connects to one address. Blocks for as long as the gate and the dials take.
   *
   * @param timeoutNanos for all of it together; 0 if there is none
   * @param more whether another address is dialled if this one does not answer soon
   * @param closed whether the caller wants the connection no more
   */
  void connect(
      InetSocketAddress remote, long timeoutNanos, boolean more, BooleanSupplier closed, Dial dial)
      throws IOException {
    dropped.close();
    ConnectionPlan plan = paths.plan(remote);
    EndpointChurn churn = paths.use(remote);
    boolean works = false;
    boolean dialled = true;
    try {
      diallers
          .over(plan)
          .connect(
              remote,
              timeoutNanos,
              more,
              closed,
              order -> {
                SocketDial one = new SocketDial(guard, order, remote, plan, churn);
                try {
                  BlockingDialler.Dialled done = dial.dial(one, order.leftNanos());
                  paths.name(remote).ifPresent(one::named);
                  return done;
                } finally {
                  one.end();
                }
              });
      works = true;
    } catch (AddressBusyException busy) {
      dialled = false;
      throw busy;
    } finally {
      if (works || (dialled && !closed.getAsBoolean())) {
        guard.deaths().connectEnded(remote, works);
      }
    }
  }
}
