package dev.holdfast.http.reactor;

import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;
import reactor.netty.Connection;

/**
 * Round one call, up to the head of its response: sends it again where that is safe, and tells the
 * caller where nobody knows. Stateless.
 */
final class Replays {

  private final GuardedProvider provider;

  Replays(GuardedProvider provider) {
    this.provider = provider;
  }

  Mono<? extends Connection> around(Mono<? extends Connection> once) {
    return new Mono<Connection>() {
      @Override
      public void subscribe(CoreSubscriber<? super Connection> caller) {
        Sending sending = new Sending(provider, once, caller);
        caller.onSubscribe(sending);
        sending.start();
      }
    };
  }
}
