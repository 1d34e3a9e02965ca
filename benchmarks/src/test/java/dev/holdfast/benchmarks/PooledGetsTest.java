package dev.holdfast.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.holdfast.lab.RedisServer;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a contender does, told by the server: its timing is nobody's business here. */
final class PooledGetsTest {
  private static final Duration SLICE = Duration.ofMillis(20);
  private static final int SIZE = 3;

  private static RedisServer server;

  @BeforeAll
  static void start() {
    server = RedisServer.start();
    server.command("SET", RedisCase.KEY, RedisCase.VALUE);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @ParameterizedTest
  @EnumSource
  void mustGetOverItsOwnConnectionsAndPingOnlyIfThatIsItsPoint(PooledClient kind) throws Exception {
    Told before = Told.by(server);
    try (PooledContender contender = kind.open(server.port(), SIZE);
        Crew crew = new Crew(kind.waits() ? 2 * SIZE : SIZE)) {
      Told filled = Told.by(server);
      long done = crew.run(contender.gets(new Latencies()), SLICE).operations();
      Told end = Told.by(server);
      assertThat(filled.connects() - before.connects()).isEqualTo(SIZE + Told.CONNECTS);
      assertThat(end.connects() - filled.connects()).isEqualTo(Told.CONNECTS);
      assertThat(done).isPositive();
      assertThat(end.gets() - filled.gets()).isEqualTo(done);
      assertThat(end.pings() - filled.pings()).isEqualTo(kind.pings() ? done : 0);
    }
  }

  @ParameterizedTest
  @EnumSource
  void mustRefuseAnotherValue(PooledClient kind) throws Exception {
    try (RedisServer other = RedisServer.start();
        PooledContender contender = kind.open(other.port(), 1);
        Crew crew = new Crew(1)) {
      other.command("SET", RedisCase.KEY, "another");
      assertThatIllegalStateException()
          .isThrownBy(() -> crew.run(contender.gets(new Latencies()), SLICE))
          .withMessageContaining("another");
    }
  }

  @Test
  void mustTellFiguresOfEveryContenderAndItsRatio() throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    List<Figure> figures =
        new PooledGets()
            .run(new Effort(1, SLICE), new PrintStream(out, true, StandardCharsets.UTF_8));
    for (int threads : PooledGets.THREADS) {
      for (PooledClient kind : PooledGets.contenders(threads)) {
        assertThat(figures)
            .filteredOn(one -> one.threads() == threads && one.contender().equals(kind.label()))
            .extracting(Figure::metric)
            .containsExactly("throughput", "p99", "cpu", "allocation");
        assertThat(figures)
            .filteredOn(one -> one.contender().equals(kind.subject().label() + "/" + kind.label()))
            .filteredOn(one -> one.threads() == threads && one.metric().equals("throughput-ratio"))
            .hasSize(kind == kind.subject() ? 0 : 1);
      }
    }
    assertThat(figures)
        .allSatisfy(one -> assertThat(one.value()).isPositive())
        .noneMatch(
            one -> one.threads() > PooledGets.SIZE && one.contender().contains("lettuce-async"));
    assertThat(out.toString(StandardCharsets.UTF_8)).contains("targets: ");
  }

  /** What the server has counted so far. */
  private record Told(long connects, long gets, long pings) {
    /** Those it takes to ask. */
    static final int CONNECTS = 1;

    static Told by(RedisServer server) {
      String info = server.command("INFO", "everything");
      return new Told(
          number(info, "total_connections_received:"),
          number(info, "cmdstat_get:calls="),
          number(info, "cmdstat_ping:calls="));
    }

    private static long number(String info, String name) {
      Matcher counted = Pattern.compile(name + "(\\d+)").matcher(info);
      return counted.find() ? Long.parseLong(counted.group(1)) : 0;
    }
  }
}
