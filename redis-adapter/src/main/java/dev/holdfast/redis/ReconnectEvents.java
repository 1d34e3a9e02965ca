package dev.holdfast.redis;

import io.lettuce.core.event.Event;
import io.lettuce.core.event.EventBus;
import io.lettuce.core.event.connection.ReconnectFailedEvent;
import reactor.core.publisher.Flux;

/**
 * The user's event bus. Lettuce says on it which reconnect has failed right before it asks for the
 * next one's timer ({@code ConnectionWatchdog.run}). Thread-safe.
 */
final class ReconnectEvents implements EventBus {

  private final EventBus users;

  ReconnectEvents(EventBus users) {
    this.users = users;
  }

  @Override
  public Flux<Event> get() {
    return users.get();
  }

  @Override
  public void publish(Event event) {
    if (event instanceof ReconnectFailedEvent failed) {
      Asleep.leadsTo(failed.remoteAddress());
    }
    users.publish(event);
  }
}
