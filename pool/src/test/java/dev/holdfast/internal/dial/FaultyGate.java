package dev.holdfast.internal.dial;

import dev.holdfast.gate.Admission;
import dev.holdfast.gate.Closer;
import dev.holdfast.gate.ConnectGate;
import dev.holdfast.gate.Permit;
import dev.holdfast.gate.Turn;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A user's gate that throws, refuses, gives no answer or lets callers wait, at random, and whose
 * permits and turns throw when they are told something. It keeps books of what it gave away: each
 * permit is to be told of an end, and each turn to be taken or left. One thread.
 */
final class FaultyGate implements ConnectGate {

  private final Random random;
  private final List<String> open = new ArrayList<>();
  private int given;

  FaultyGate(Random random) {
    this.random = random;
  }

  /** What was given away and not given back. */
  List<String> open() {
    return open;
  }

  private boolean fault(int oneIn) {
    return random.nextInt(oneIn) == 0;
  }

  private void mayThrow(int oneIn) {
    if (fault(oneIn)) {
      if (random.nextBoolean()) {
        throw new IllegalStateException("thrown by the gate");
      }
      throw new AssertionError("an error of the gate");
    }
  }

  @Override
  @SuppressWarnings("NullAway") // a user's mistake
  public Admission admit(SocketAddress remote, long timeoutNanos) {
    mayThrow(8);
    if (fault(16)) {
      return null;
    }
    if (fault(8)) {
      return new Admission.Refused(new IOException("down"), 1);
    }
    return fault(3) ? new Admission.Wait(1 + random.nextInt(1_000), new Place()) : go();
  }

  private Admission go() {
    return new Admission.Go(new Booking());
  }

  private final class Place implements Turn {
    private final String name = "turn " + given++;

    Place() {
      open.add(name);
    }

    @Override
    @SuppressWarnings("NullAway")
    public Admission again() {
      if (fault(4)) {
        return new Admission.Wait(1 + random.nextInt(1_000), this);
      }
      open.remove(name);
      mayThrow(6);
      return fault(8) ? null : admit(new SocketAddress() {}, 1);
    }

    @Override
    public void leave() {
      open.remove(name);
      mayThrow(2);
    }
  }

  private final class Booking implements Permit {
    private final String name = "permit " + given++;

    Booking() {
      open.add(name);
    }

    private void end() {
      open.remove(name);
      mayThrow(2);
    }

    @Override
    public void silent() {
      mayThrow(2);
    }

    @Override
    public void connected() {
      mayThrow(2);
    }

    @Override
    public void failed(Throwable cause) {
      end();
    }

    @Override
    public void closed(Closer who) {
      end();
    }

    @Override
    public Admission exhausted() {
      open.remove(name);
      mayThrow(4);
      return admit(new SocketAddress() {}, 1);
    }
  }
}
