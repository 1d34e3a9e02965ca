package dev.holdfast.gate;

import dev.holdfast.gate.StormControl.Verdict;
import dev.holdfast.internal.gate.UnbookedPermit;
import dev.holdfast.path.PortBudget;
import java.io.IOException;
import java.util.Iterator;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One endpoint's line: who may dial, who waits, who is refused. Composes the books of ports with
 * the storm control, under one lock. Thread-safe.
 */
final class EndpointGate {

  /** A caller may lose this part of its time to the pace, and is not refused for it. */
  private static final int PATIENCE = 4;

  /** An estimate goes stale when a peer closes first; whoever sleeps on it keeps a port idle. */
  private static final long LONGEST_LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final String destination;
  private final LongSupplier clock;
  private final GateMeters meters;
  private final IntSupplier hostTimeWait;
  private final @Nullable PortLedger ports;
  private final StormControl storm;

  /** In the order of arrival. */
  private final TreeMap<Long, Waiting> line = new TreeMap<>();

  private long arrivals;
  private long lastAsked;
  private int dials;
  private boolean retired;

  EndpointGate(
      String destination,
      StormPolicy policy,
      @Nullable PortBudget budget,
      LongSupplier clock,
      DoubleSupplier random,
      GateMeters meters,
      IntSupplier hostTimeWait) {
    this.destination = destination;
    this.clock = clock;
    this.meters = meters;
    this.hostTimeWait = hostTimeWait;
    this.lastAsked = clock.getAsLong();
    this.ports = budget == null ? null : new PortLedger(budget, lastAsked);
    PortBudget carried = budget == null ? PortBudget.LINUX_CLIENT : budget;
    this.storm = new StormControl(policy, carried.stormPerSecond(), random, lastAsked);
  }

  /**
   * Null if this gate was retired meanwhile.
   *
   * @param discovers whether the caller asks other endpoints the same
   */
  synchronized @Nullable Admission admit(long timeoutNanos, boolean discovers) {
    if (retired) {
      return null;
    }
    long now = clock.getAsLong();
    lastAsked = now;
    return ask(new Waiting(arrivals++, now, timeoutNanos, discovers), now);
  }

  synchronized EndpointState state() {
    long now = clock.getAsLong();
    return new EndpointState(storm.state(now), line.size(), use(now));
  }

  private PortUse use(long now) {
    return ports == null ? new PortUse(0, 0, 0, 0) : ports.use(now);
  }

  /** Retires a gate that has nothing to remember, or that nobody has asked for so long. */
  synchronized boolean retireIfIdle(long forgetNanos) {
    long now = clock.getAsLong();
    boolean empty = line.isEmpty() && dials == 0 && (ports == null || ports.isEmpty(now));
    boolean forgotten = storm.state(now) == StormState.CALM || now - lastAsked > forgetNanos;
    retired = retired || (empty && forgotten);
    return retired;
  }

  private Admission ask(Waiting caller, long now) {
    long left = caller.left(now);
    int ahead = ahead(caller, now);
    if (left <= 0) {
      line.remove(caller.arrival);
      return refused(down("the time of this connect is over"), "down", 1);
    }
    Verdict verdict = caller.discovers ? storm.askUnheld(now) : storm.ask(ahead, left, now);
    if (verdict instanceof Verdict.Refuse refuse) {
      line.remove(caller.arrival);
      return refused(down(refuse.why()), "down", refuse.retryNanos());
    }
    long wait = verdict instanceof Verdict.Hold hold ? hold.nanos() : 0;
    if (ports != null) {
      long port = ports.portWait(ahead, now);
      if (port >= left) {
        line.remove(caller.arrival);
        return refused(exhausted(left, now), "ports", port == PortLedger.NEVER ? left : port);
      }
      long pace = Math.min(ports.paceWait(ahead, now), caller.patience(now));
      caller.forPort |= Math.max(port, pace) > 0;
      wait = Math.max(wait, Math.max(port, pace));
    }
    if (wait > 0) {
      line.put(caller.arrival, caller);
      long look = Math.min(LONGEST_LOOK_NANOS, Math.min(wait, left));
      return new Admission.Wait(Math.max(1, look), caller);
    }
    line.remove(caller.arrival);
    return go(caller, left, now);
  }

  private Admission go(Waiting caller, long left, long now) {
    Dial dial = new Dial(caller, now);
    dials++;
    storm.dialled(dial, left, now);
    if (ports != null) {
      ports.granted(now);
    }
    if (caller.forPort) {
      meters.waitedForPort(now - caller.arrivedAt);
    }
    return new Admission.Go(dial);
  }

  /** How many live callers came before; each of those has the port it waits for kept. */
  private int ahead(Waiting caller, long now) {
    int ahead = 0;
    Iterator<Waiting> waiting = line.values().iterator();
    while (waiting.hasNext()) {
      Waiting other = waiting.next();
      if (other.arrival >= caller.arrival) {
        break;
      }
      if (other.left(now) <= 0) {
        waiting.remove();
      } else {
        ahead++;
      }
    }
    return ahead;
  }

  private Admission refused(IOException cause, String reason, long retryNanos) {
    meters.refused(reason);
    return new Admission.Refused(cause, Math.max(1, retryNanos));
  }

  private EndpointDownException down(String why) {
    return new EndpointDownException(destination + " was not dialled: " + why, storm.last());
  }

  private PortsExhaustedException exhausted(long left, long now) {
    PortLedger ledger = Objects.requireNonNull(ports);
    return PortsExhaustedException.within(
        destination,
        left,
        new PortsExhaustedException.Evidence(
            ledger.budget(),
            ledger.use(now),
            ledger.closesPerSecond(now),
            hostTimeWait.getAsInt()));
  }

  /** A place in the line, kept by its arrival. Guarded by the gate's lock. */
  private final class Waiting implements Turn {
    private final long arrival;
    private final long arrivedAt;
    private final long timeoutNanos;
    private final boolean discovers;
    private boolean forPort;

    private Waiting(long arrival, long arrivedAt, long timeoutNanos, boolean discovers) {
      this.arrival = arrival;
      this.arrivedAt = arrivedAt;
      this.timeoutNanos = timeoutNanos;
      this.discovers = discovers;
    }

    private long left(long now) {
      return timeoutNanos - (now - arrivedAt);
    }

    private long patience(long now) {
      return Math.max(0, timeoutNanos / PATIENCE - (now - arrivedAt));
    }

    @Override
    public Admission again() {
      synchronized (EndpointGate.this) {
        return ask(this, clock.getAsLong());
      }
    }

    @Override
    public void leave() {
      synchronized (EndpointGate.this) {
        line.remove(arrival);
      }
    }
  }

  private enum Stage {
    DIALLING,
    OPEN,
    OVER
  }

  /** One permit. Guarded by the gate's lock. */
  private final class Dial implements Permit {
    private @Nullable Waiting caller;
    private final long beganAt;
    private Stage stage = Stage.DIALLING;

    private Dial(Waiting caller, long beganAt) {
      this.caller = caller;
      this.beganAt = beganAt;
    }

    @Override
    public void silent() {
      synchronized (EndpointGate.this) {
        if (stage == Stage.DIALLING) {
          storm.silent(this, clock.getAsLong());
        }
      }
    }

    @Override
    public void connected() {
      synchronized (EndpointGate.this) {
        if (stage == Stage.DIALLING) {
          stage = Stage.OPEN;
          caller = null;
          long now = clock.getAsLong();
          storm.connected(this, now - beganAt, now);
          if (ports != null) {
            ports.confirmed();
          }
        }
      }
    }

    @Override
    public void failed(Throwable cause) {
      synchronized (EndpointGate.this) {
        if (stage == Stage.DIALLING) {
          over();
          storm.failed(this, beganAt, cause, clock.getAsLong());
          if (ports != null) {
            ports.confirmed();
            ports.freed();
          }
        }
      }
    }

    @Override
    public void ofUse() {
      synchronized (EndpointGate.this) {
        storm.ofUse();
      }
    }

    @Override
    public void ofNoUse() {
      synchronized (EndpointGate.this) {
        if (stage != Stage.DIALLING) {
          storm.ofNoUse(beganAt, clock.getAsLong());
        }
      }
    }

    @Override
    public void closed(Closer who) {
      synchronized (EndpointGate.this) {
        boolean wasOpen = stage == Stage.OPEN;
        if (stage == Stage.OVER) {
          return;
        }
        over();
        long now = clock.getAsLong();
        if (wasOpen) {
          storm.closed(who, now);
        } else {
          storm.abandoned(this);
        }
        if (ports != null && wasOpen && who == Closer.LOCAL) {
          ports.closedHere(now);
        } else if (ports != null) {
          ports.freed();
        }
      }
    }

    @Override
    public Admission exhausted() {
      synchronized (EndpointGate.this) {
        Waiting again = caller;
        if (stage != Stage.DIALLING || again == null) {
          return refused(down("the dial that had no port is over"), "down", 1);
        }
        over();
        storm.abandoned(this);
        long now = clock.getAsLong();
        if (ports == null) {
          meters.refused("ports");
          return UnbookedPermit.INSTANCE.exhausted();
        }
        ports.exhausted(now);
        return ask(again, now);
      }
    }

    private void over() {
      stage = Stage.OVER;
      dials--;
    }
  }
}
