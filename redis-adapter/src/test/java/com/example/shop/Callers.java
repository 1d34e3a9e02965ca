package com.example.shop;

import java.util.function.Supplier;

/** Code of a user, outside the library's packages. */
public final class Callers {

  private Callers() {}

  public static <T> T orders(Supplier<T> call) {
    return call.get();
  }

  public static <T> T reports(Supplier<T> call) {
    return call.get();
  }
}
