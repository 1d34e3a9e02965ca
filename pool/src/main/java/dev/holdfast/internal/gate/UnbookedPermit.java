package dev.holdfast.internal.gate;

import dev.holdfast.gate.Admission;
import dev.holdfast.gate.Closer;
import dev.holdfast.gate.Permit;
import dev.holdfast.gate.PortsExhaustedException;
import java.util.concurrent.TimeUnit;

/** Of the gate that keeps no books. Thread-safe. */
public enum UnbookedPermit implements Permit {
  /** Of every connection. */
  INSTANCE;

  @Override
  public void connected() {}

  @Override
  public void failed(Throwable cause) {}

  @Override
  public void closed(Closer who) {}

  @Override
  public Admission exhausted() {
    return new Admission.Refused(
        new PortsExhaustedException("no source port is left (EADDRNOTAVAIL)", null),
        TimeUnit.SECONDS.toNanos(1));
  }
}
