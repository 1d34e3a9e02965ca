package dev.holdfast.internal.socket;

import java.io.IOException;
import java.io.OutputStream;

/** Keeps a connection's ledger while it is written. */
final class LedgerOutput extends OutputStream {

  private final OutputStream out;
  private final StreamLedger ledger;
  private final GuardedSocket socket;

  LedgerOutput(OutputStream out, StreamLedger ledger, GuardedSocket socket) {
    this.out = out;
    this.ledger = ledger;
    this.socket = socket;
  }

  @Override
  public void write(int next) throws IOException {
    ledger.writes(1);
    try {
      out.write(next);
      ledger.wrote(1);
    } catch (IOException thrown) {
      throw ledger.failed(thrown, socket.isClosedHere());
    }
  }

  @Override
  public void write(byte[] bytes, int from, int length) throws IOException {
    ledger.writes(length);
    try {
      out.write(bytes, from, length);
      ledger.wrote(length);
    } catch (IOException thrown) {
      throw ledger.failed(thrown, socket.isClosedHere());
    }
  }

  @Override
  public void flush() throws IOException {
    out.flush();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
