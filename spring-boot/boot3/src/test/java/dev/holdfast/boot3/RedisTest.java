package dev.holdfast.boot3;

import dev.holdfast.boot.RedisContract;

final class RedisTest extends RedisContract {

  RedisTest() {
    super(new Boot3Line());
  }
}
