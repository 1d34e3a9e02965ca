package dev.holdfast.gate;

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
