package dev.holdfast.boot3;

import dev.holdfast.boot.HttpContract;

final class HttpTest extends HttpContract {

  HttpTest() {
    super(new Boot3Line());
  }
}
