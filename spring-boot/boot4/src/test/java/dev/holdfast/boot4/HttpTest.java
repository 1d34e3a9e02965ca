package dev.holdfast.boot4;

import dev.holdfast.boot.HttpContract;

final class HttpTest extends HttpContract {

  HttpTest() {
    super(new Boot4Line());
  }
}
