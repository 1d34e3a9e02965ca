package dev.holdfast.boot4;

import dev.holdfast.boot.JedisContract;

final class JedisTest extends JedisContract {

  JedisTest() {
    super(new Boot4Line());
  }
}
