package dev.holdfast.http.apache;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.hc.core5.reactor.IOSession;
import org.jspecify.annotations.Nullable;

/** The connections of a guard by the id of their sessions, which no two of a JVM share. */
final class AsyncCarriers {

  private final Map<String, AsyncCarrier> bySession = new ConcurrentHashMap<>();

  void add(AsyncCarrier carrier) {
    bySession.put(carrier.getId(), carrier);
  }

  void remove(AsyncCarrier carrier) {
    bySession.remove(carrier.getId());
  }

  /** Null if the session is none of the guard's, or has ended. */
  @Nullable AsyncCarrier of(IOSession session) {
    return bySession.get(session.getId());
  }
}
