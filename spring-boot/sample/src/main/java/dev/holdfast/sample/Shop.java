package dev.holdfast.sample;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.client.RestClient;
import org.springframework.web.reactive.function.client.WebClient;

/** Counts visits in Redis, and hands orders to the stock, with either client. */
@RestController
final class Shop {

  private final StringRedisTemplate redis;
  private final RestClient blocking;
  private final WebClient reactive;

  Shop(
      StringRedisTemplate redis,
      RestClient.Builder blocking,
      WebClient.Builder reactive,
      @Value("${shop.stock}") String stock) {
    this.redis = redis;
    this.blocking = blocking.baseUrl(stock).build();
    this.reactive = reactive.baseUrl(stock).build();
  }

  @PostMapping("/visits")
  @Nullable Long visit() {
    return redis.opsForValue().increment("visits");
  }

  @PostMapping("/orders")
  @Nullable String order(@RequestBody String order) {
    return blocking.post().uri("/orders").body(order).retrieve().body(String.class);
  }

  @PostMapping("/reservations")
  @Nullable String reserve(@RequestBody String reservation) {
    return reactive
        .post()
        .uri("/reservations")
        .bodyValue(reservation)
        .retrieve()
        .bodyToMono(String.class)
        .block();
  }
}
