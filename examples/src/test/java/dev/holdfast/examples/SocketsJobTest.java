package dev.holdfast.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SocketsJobTest {

  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

  private int run(String... args) {
    PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);
    return Main.run(List.of(args), out, out);
  }

  private String text() {
    return printed.toString(StandardCharsets.UTF_8);
  }

  @Test
  void mustRunEveryCallOnceThoughTheServerClosesAllConnectionsBetweenRounds() {
    assertThat(run("sockets")).isZero();
    assertThat(text())
        .contains("round 5: pool sockets: total ")
        .contains(
            "500 calls, 0 failed, 500 ran on the server; its connections were closed 5 times");
  }

  @Test
  void mustSayHowItIsUsed() {
    assertThat(run("sockets", "--help")).isZero();
    assertThat(text()).contains("usage: examples/run sockets");
    assertThat(run("sockets", "fast")).isEqualTo(2);
    assertThat(text()).contains("sockets takes no arguments");
  }
}
