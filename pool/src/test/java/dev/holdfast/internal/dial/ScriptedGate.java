package dev.holdfast.internal.dial;

import dev.holdfast.gate.Admission;
import dev.holdfast.gate.Closer;
import dev.holdfast.gate.ConnectGate;
import dev.holdfast.gate.Permit;
import dev.holdfast.gate.Turn;
import java.io.IOException;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A gate that tells callers to wait, so often, and then lets them pass; notes what it is told. */
final class ScriptedGate implements ConnectGate {

  private final BlockingQueue<String> told = new LinkedBlockingQueue<>();
  private final AtomicInteger waits;
  private final Duration each;

  ScriptedGate(int waits, Duration each) {
    this.waits = new AtomicInteger(waits);
    this.each = each;
  }

  static ScriptedGate alwaysOpen() {
    return new ScriptedGate(0, Duration.ZERO);
  }

  static ScriptedGate shut() {
    return new ScriptedGate(Integer.MAX_VALUE, Duration.ofMinutes(1));
  }

  static ConnectGate refusing(IOException cause) {
    return (remote, timeout) -> new Admission.Refused(cause, 1);
  }

  @Override
  public Admission admit(SocketAddress remote, long timeoutNanos) {
    told.add("asked");
    return answer();
  }

  /** What it was told next. */
  String next() throws InterruptedException {
    return String.valueOf(told.poll(20, TimeUnit.SECONDS));
  }

  private Admission answer() {
    if (waits.getAndDecrement() <= 0) {
      return new Admission.Go(new Noted());
    }
    return new Admission.Wait(
        each.toNanos(),
        new Turn() {
          @Override
          public Admission again() {
            told.add("again");
            return answer();
          }

          @Override
          public void leave() {
            told.add("left");
          }
        });
  }

  private final class Noted implements Permit {
    @Override
    public void connected() {
      told.add("connected");
    }

    @Override
    public void failed(Throwable cause) {
      told.add("failed");
    }

    @Override
    public void closed(Closer who) {
      told.add(who.name());
    }

    @Override
    public Admission exhausted() {
      told.add("exhausted");
      return answer();
    }
  }
}
