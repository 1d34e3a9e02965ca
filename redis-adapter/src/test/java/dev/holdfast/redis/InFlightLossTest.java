package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.lab.Await;
import dev.holdfast.lab.Forgetting;
import dev.holdfast.lab.Middlebox;
import dev.holdfast.lab.RedisServer;
import dev.holdfast.retry.AmbiguousOutcomeException;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.api.async.RedisAsyncCommands;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The server executes what is in flight, its replies are lost, and the connection ends. What may
 * run twice is answered; what may not is reported as ambiguous and has run once.
 */
final class InFlightLossTest {

  private static final int ROUNDS = 200;

  enum Ending {
    FIN,
    RST
  }

  private static RedisServer redis;

  @BeforeAll
  static void start() {
    redis = RedisServer.builder().tls().start();
  }

  @AfterAll
  static void stop() {
    redis.close();
  }

  private record Outcome(int answered, int ambiguous, long counter, String got) {}

  /** Five INCRs and a GET in one pipeline, executed, unanswered. */
  private static Outcome pipelineUnder(Ending ending, RedisBed bed, RedisClient client, int round)
      throws Exception {
    String counter = "counter:" + client.hashCode() + ":" + round;
    redis.command("SET", "greeting", "hello");
    try (var connection = client.connect()) {
      RedisAsyncCommands<String, String> commands = connection.async();
      commands.ping().get(5, TimeUnit.SECONDS);
      bed.middlebox().swallowReplies();
      List<RedisFuture<Long>> increments = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        increments.add(commands.incr(counter));
      }
      RedisFuture<String> get = commands.get("greeting");
      Await.until("all ran", RedisBed.SOON, () -> redis.counter(counter) == 5);
      if (ending == Ending.FIN) {
        bed.middlebox().finAll();
      } else {
        bed.middlebox().resetAll();
      }
      int answered = 0;
      int ambiguous = 0;
      for (RedisFuture<Long> increment : increments) {
        try {
          increment.get(5, TimeUnit.SECONDS);
          answered++;
        } catch (ExecutionException failed) {
          if (AmbiguousOutcomeException.in(failed).isPresent()) {
            ambiguous++;
          }
        }
      }
      String got = get.get(5, TimeUnit.SECONDS);
      return new Outcome(answered, ambiguous, redis.counter(counter), got);
    }
  }

  @ParameterizedTest
  @EnumSource
  void mustAnswerReadsAndReportWritesRunOnceAsAmbiguous(Ending ending) throws Exception {
    try (RedisBed bed = new RedisBed(redis, Forgetting.RESET_ON_NEXT_BYTE)) {
      RedisClient client = bed.guarded(bed.guard());
      for (int round = 0; round < ROUNDS; round++) {
        assertThat(pipelineUnder(ending, bed, client, round))
            .as("round %d", round)
            .isEqualTo(new Outcome(0, 5, 5, "hello"));
      }
      assertThat(bed.meter("holdfast.calls.ambiguous", "call", "INCR")).isEqualTo(5.0 * ROUNDS);
      // The last INCR has run before the end comes; the GET behind it may not have left yet.
      assertThat(bed.meter("holdfast.calls.replayed") + bed.meter("holdfast.calls.moved"))
          .isEqualTo(ROUNDS);
    }
  }

  /** Over TLS a request leaves the client's kernel in a record, whole or not at all. */
  @ParameterizedTest
  @EnumSource
  void mustHoldOverTlsToo(Ending ending) throws Exception {
    try (Middlebox middlebox = Middlebox.to(redis.tlsPort()).start();
        RedisBed bed = new RedisBed(redis, middlebox)) {
      RedisClient client =
          bed.guarded(bed.guard(), TlsSetup.trusting(redis), TlsSetup.uri(middlebox));
      for (int round = 0; round < ROUNDS / 10; round++) {
        assertThat(pipelineUnder(ending, bed, client, round))
            .as("round %d", round)
            .isEqualTo(new Outcome(0, 5, 5, "hello"));
      }
    }
  }

  /** The same without the guard: the figures that stand behind this project. */
  @Test
  void bareLettuceRunsThemTwice() throws Exception {
    try (RedisBed bed = new RedisBed(redis, Forgetting.RESET_ON_NEXT_BYTE)) {
      RedisClient client = bed.bare();
      assertThat(pipelineUnder(Ending.FIN, bed, client, 0).counter()).isEqualTo(10);
      assertThat(pipelineUnder(Ending.RST, bed, client, 1).counter()).isEqualTo(9);
    }
  }
}
