package dev.holdfast.http.apache;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.apache.hc.core5.reactor.IOEventHandler;
import org.apache.hc.core5.reactor.IOSession;
import org.apache.hc.core5.util.Timeout;

/**
 * The client's handler behind TLS, which is handed what was decrypted, and does not read it.
 *
 * @param users the client's
 * @param seen hears of input before it does
 */
record TappedHandler(IOEventHandler users, Consumer<ByteBuffer> seen) implements IOEventHandler {

  @Override
  public void connected(IOSession session) throws IOException {
    users.connected(session);
  }

  @Override
  public void inputReady(IOSession session, ByteBuffer input) throws IOException {
    if (input != null) {
      seen.accept(input);
    }
    users.inputReady(session, input);
  }

  @Override
  public void outputReady(IOSession session) throws IOException {
    users.outputReady(session);
  }

  @Override
  public void timeout(IOSession session, Timeout timeout) throws IOException {
    users.timeout(session, timeout);
  }

  @Override
  public void exception(IOSession session, Exception thrown) {
    users.exception(session, thrown);
  }

  @Override
  public void disconnected(IOSession session) {
    users.disconnected(session);
  }
}
