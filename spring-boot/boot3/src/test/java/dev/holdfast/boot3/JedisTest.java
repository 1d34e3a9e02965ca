package dev.holdfast.boot3;

import dev.holdfast.boot.JedisContract;

final class JedisTest extends JedisContract {

  JedisTest() {
    super(new Boot3Line());
  }
}
