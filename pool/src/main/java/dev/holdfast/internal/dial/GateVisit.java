package dev.holdfast.internal.dial;

import dev.holdfast.gate.Admission;
import dev.holdfast.gate.Closer;
import dev.holdfast.gate.ConnectGate;
import dev.holdfast.gate.Permit;
import dev.holdfast.gate.Turn;
import dev.holdfast.internal.gate.UnbookedPermit;
import dev.holdfast.internal.metrics.Guarded;
import io.netty.channel.Channel;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One connect's dealings with the gate: it asks, waits its turn, and sees to it that the permit
 * reaches an end. Confined to the channel's event loop.
 */
final class GateVisit {

  /** Who visits. */
  interface Caller {
    /** Above zero while there is time. */
    long left();

    /** To dial, or to dial again after {@link #exhausted}. */
    void admitted();

    /** Another look comes later; the caller's timeout must be running. */
    void waits();

    void refused(IOException cause);

    /** The event loop ends before the turn has come. */
    void stranded();
  }

  static final String GATE = "a connect gate";

  private final ConnectGate gate;
  private final SocketAddress remote;
  private final EventExecutor loop;
  private final Caller caller;

  private Permit permit = UnbookedPermit.INSTANCE;
  private @Nullable Turn turn;
  private @Nullable ScheduledFuture<?> look;
  private boolean admitted;
  private boolean over;
  private Closer closer = Closer.REMOTE;

  GateVisit(ConnectGate gate, SocketAddress remote, EventExecutor loop, Caller caller) {
    this.gate = gate;
    this.remote = remote;
    this.loop = loop;
    this.caller = caller;
  }

  /**
   * Asks to dial.
   *
   * @param discovers whether the caller asks other servers the same
   */
  void enter(boolean discovers) {
    obey(
        discovers
            ? () -> gate.admitDiscovery(remote, caller.left())
            : () -> gate.admit(remote, caller.left()));
  }

  /** Whether the latest answer was to dial. */
  boolean admitted() {
    return admitted;
  }

  /** The kernel had no source port for the dial. */
  void exhausted() {
    admitted = false;
    Permit portless = permit;
    permit = UnbookedPermit.INSTANCE;
    obey(portless::exhausted);
  }

  /**
   * The same, of a caller that cannot dial again.
   *
   * @return the gate's refusal, or the failure itself
   */
  Throwable exhaustedForGood(Throwable failure) {
    Permit portless = permit;
    permit = UnbookedPermit.INSTANCE;
    Admission then = ask(portless::exhausted);
    if (then instanceof Admission.Refused refused) {
      return refused.cause();
    }
    if (then instanceof Admission.Wait wait) {
      Guarded.run(GATE, wait.turn()::leave);
    } else if (then instanceof Admission.Go go) {
      Guarded.run(GATE, () -> go.permit().closed(Closer.LOCAL));
    }
    return failure;
  }

  /** A gate that throws or does not answer refuses: its caller must not wait for its timeout. */
  static Admission ask(Supplier<? extends @Nullable Admission> gate) {
    try {
      Admission answer = gate.get();
      return answer != null ? answer : refused(new NullPointerException("no admission"));
    } catch (Throwable thrown) {
      return refused(thrown);
    }
  }

  private static Admission refused(Throwable thrown) {
    return new Admission.Refused(new IOException("the connect gate failed: " + thrown, thrown), 1);
  }

  private void obey(Supplier<? extends @Nullable Admission> gate) {
    Admission admission = ask(gate);
    if (admission instanceof Admission.Go go) {
      permit = go.permit();
      admitted = true;
      caller.admitted();
    } else if (admission instanceof Admission.Wait wait) {
      turn = wait.turn();
      caller.waits();
      lookAfter(wait.nanos(), wait.turn());
    } else if (admission instanceof Admission.Refused refused) {
      caller.refused(refused.cause());
    }
  }

  private void lookAfter(long nanos, Turn mine) {
    ScheduledFuture<?> next =
        loop.schedule(
            () -> {
              if (!over) {
                turn = null;
                obey(mine::again);
              }
            },
            nanos,
            TimeUnit.NANOSECONDS);
    look = next;
    next.addListener(
        done -> {
          if (next.isCancelled() && !over) {
            caller.stranded();
          }
        });
  }

  /** The latest dial should have been answered by now. */
  void silent() {
    Guarded.run(GATE, permit::silent);
  }

  /** The connection is up; its close is to be told to what is returned. */
  OpenConnection connected() {
    over = true;
    Guarded.run(GATE, permit::connected);
    return new OpenConnection(permit, closer);
  }

  /** The caller closes a channel that may prove to be connected. */
  void closedHere(Channel channel) {
    closer = OpenConnection.closedHere(closer, channel);
  }

  /** The kernel has reported an error. */
  void broken() {
    closer = Closer.RESET;
  }

  /** Nobody will say who closes: the port is supposed to be held. */
  void unobserved() {
    closer = Closer.LOCAL;
  }

  void failed(Throwable cause) {
    leave();
    Guarded.run(GATE, () -> permit.failed(cause));
  }

  /** The caller does not want the connection any more, which says nothing about the endpoint. */
  void givenUp() {
    leave();
    Guarded.run(GATE, () -> permit.closed(Closer.LOCAL));
  }

  private void leave() {
    over = true;
    if (look != null) {
      look.cancel(false);
    }
    if (turn != null) {
      Guarded.run(GATE, turn::leave);
      turn = null;
    }
  }
}
