package dev.holdfast.http.apache;

import java.util.function.Consumer;
import org.apache.hc.core5.reactor.IOSession;
import org.apache.hc.core5.reactor.IOSessionListener;
import org.jspecify.annotations.Nullable;

/**
 * Hears of the sessions of a client's reactor, on its threads, and tells the user's listener. The
 * reactor ends connections by itself, and tells nobody else.
 *
 * @param users null if there is none
 */
record SessionEvents(AsyncCarriers carriers, @Nullable IOSessionListener users)
    implements IOSessionListener {

  private void find(IOSession session, Consumer<AsyncCarrier> event) {
    AsyncCarrier carrier = carriers.of(session);
    if (carrier != null) {
      event.accept(carrier);
    }
  }

  @Override
  public void connected(IOSession session) {
    if (users != null) {
      users.connected(session);
    }
  }

  @Override
  public void startTls(IOSession session) {
    if (users != null) {
      users.startTls(session);
    }
  }

  @Override
  public void inputReady(IOSession session) {
    if (users != null) {
      users.inputReady(session);
    }
  }

  @Override
  public void outputReady(IOSession session) {
    if (users != null) {
      users.outputReady(session);
    }
  }

  @Override
  public void timeout(IOSession session) {
    if (users != null) {
      users.timeout(session);
    }
  }

  @Override
  public void exception(IOSession session, Exception thrown) {
    find(session, carrier -> carrier.failed(thrown));
    if (users != null) {
      users.exception(session, thrown);
    }
  }

  @Override
  public void disconnected(IOSession session) {
    find(session, carrier -> carrier.ended(false));
    if (users != null) {
      users.disconnected(session);
    }
  }
}
