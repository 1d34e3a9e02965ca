package dev.holdfast.benchmarks.exchange;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

/** Descriptors that are open and do nothing. */
final class Descriptors implements AutoCloseable {

  private final List<InputStream> held = new ArrayList<>();

  Descriptors(int count) throws IOException {
    for (int i = 0; i < count; i++) {
      held.add(new FileInputStream("/dev/null"));
    }
  }

  @Override
  public void close() throws IOException {
    for (InputStream one : held) {
      one.close();
    }
  }
}
