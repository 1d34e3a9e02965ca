package dev.holdfast.boot4;

import dev.holdfast.boot.RedisContract;

final class RedisTest extends RedisContract {

  RedisTest() {
    super(new Boot4Line());
  }
}
