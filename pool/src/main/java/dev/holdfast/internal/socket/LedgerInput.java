package dev.holdfast.internal.socket;

import java.io.IOException;
import java.io.InputStream;

/** Keeps a connection's ledger while it is read. */
final class LedgerInput extends InputStream {

  private final InputStream in;
  private final StreamLedger ledger;
  private final GuardedSocket socket;

  LedgerInput(InputStream in, StreamLedger ledger, GuardedSocket socket) {
    this.in = in;
    this.ledger = ledger;
    this.socket = socket;
  }

  @Override
  public int read() throws IOException {
    ledger.reads();
    try {
      int next = in.read();
      ledger.read(next < 0 ? next : 1);
      return next;
    } catch (IOException thrown) {
      throw ledger.failed(thrown, socket.isClosedHere());
    }
  }

  @Override
  public int read(byte[] bytes, int from, int length) throws IOException {
    ledger.reads();
    try {
      int read = in.read(bytes, from, length);
      ledger.read(read);
      return read;
    } catch (IOException thrown) {
      throw ledger.failed(thrown, socket.isClosedHere());
    }
  }

  @Override
  public int available() throws IOException {
    return in.available();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
