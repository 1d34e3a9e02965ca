package dev.holdfast.http.apache;

import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.apache.hc.client5.http.impl.async.HttpAsyncClientBuilder;
import org.apache.hc.core5.function.Decorator;
import org.apache.hc.core5.reactor.IOEventHandler;
import org.apache.hc.core5.reactor.IOSession;

/**
 * The session that the reactor reads from, in plain text: tells of the end of its input, and of a
 * GOAWAY in it.
 */
final class ObservedSession extends ForwardingSession<IOSession> {

  private static final String WIRE_LOG =
      "org.apache.hc.client5.http.impl.async.LoggingIOSessionDecorator";

  private final AsyncCarriers carriers;

  private ObservedSession(IOSession session, AsyncCarriers carriers) {
    super(session);
    this.carriers = carriers;
  }

  /** Decorates what the user's decorator, or HttpClient's own, has made. */
  @SuppressWarnings("unchecked") // the field's type
  static Decorator<IOSession> in(HttpAsyncClientBuilder builder, AsyncCarriers carriers) {
    Decorator<IOSession> users =
        Unlisted.read(builder, HttpAsyncClientBuilder.class, "ioSessionDecorator", Decorator.class)
            .map(set -> (Decorator<IOSession>) set)
            .orElseGet(ObservedSession::wireLog);
    return session -> new ObservedSession(users.decorate(session), carriers);
  }

  /** What HttpClient has where the user has none: its own log of what passes, and not public. */
  @SuppressWarnings("unchecked") // its type
  private static Decorator<IOSession> wireLog() {
    try {
      Class<?> type = Class.forName(WIRE_LOG, true, HttpAsyncClientBuilder.class.getClassLoader());
      Field instance = type.getField("INSTANCE");
      instance.setAccessible(true);
      return (Decorator<IOSession>) instance.get(null);
    } catch (ReflectiveOperationException | RuntimeException gone) {
      return session -> session;
    }
  }

  @Override
  public int read(ByteBuffer into) throws IOException {
    int start = into.position();
    int count = super.read(into);
    if (count < 0) {
      tell(AsyncCarrier::inputEnds);
    } else if (count > 0) {
      sees(into, start, into.position());
    }
    return count;
  }

  @Override
  public void upgrade(IOEventHandler handler) {
    super.upgrade(
        new TappedHandler(handler, input -> sees(input, input.position(), input.limit())));
  }

  private void sees(ByteBuffer input, int start, int end) {
    AsyncCarrier carrier = carriers.of(this);
    if (carrier != null) {
      carrier.sees(input, start, end);
    }
  }

  private void tell(Consumer<AsyncCarrier> what) {
    AsyncCarrier carrier = carriers.of(this);
    if (carrier != null) {
      what.accept(carrier);
    }
  }
}
