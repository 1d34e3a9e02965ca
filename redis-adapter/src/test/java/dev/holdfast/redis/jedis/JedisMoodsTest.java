package dev.holdfast.redis.jedis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.lab.Await;
import dev.holdfast.redis.ScriptedRedis;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.Connection;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.Response;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisDataException;

/** What a server declines to run for the moment is run later, once, and by the new primary. */
final class JedisMoodsTest {

  private static final String LOADING = "-LOADING Redis is loading the dataset in memory";
  private static final String READONLY = "-READONLY You can't write against a read only replica.";
  private static final String BUSY =
      "-BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.";

  private final AtomicInteger ran = new AtomicInteger();
  private final AtomicInteger declined = new AtomicInteger();
  private final AtomicInteger toDecline = new AtomicInteger();
  private volatile String says = LOADING;

  /** Connections accepted until then lead to a replica. */
  private final AtomicInteger replicas = new AtomicInteger();

  private final ScriptedRedis redis = ScriptedRedis.answeringWords(this::answer);
  private final JedisBed bed = new JedisBed(redis.port());

  private String answer(List<String> words) {
    String name = words.get(0);
    if (!name.equals("INCR") && !name.equals("EVAL")) {
      return ScriptedRedis.plain(name);
    }
    if (redis.accepted() <= replicas.get()) {
      declined.incrementAndGet();
      return READONLY;
    }
    if (toDecline.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
      declined.incrementAndGet();
      return says;
    }
    ran.incrementAndGet();
    return ":1";
  }

  @AfterEach
  void close() throws Exception {
    bed.close();
    redis.close();
  }

  private UnifiedJedis guarded() {
    return bed.client(bed.guarded(1));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        LOADING,
        BUSY,
        "-MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
        "-CLUSTERDOWN The cluster is down",
        "-TRYAGAIN Multiple keys request during rehashing of slot"
      })
  void mustSendAgainWhatWasDeclined(String answer) {
    says = answer;
    try (UnifiedJedis client = guarded()) {
      toDecline.set(3);
      assertThat(client.incr("n")).isEqualTo(1);
      assertThat(ran).hasValue(1);
      assertThat(declined).hasValue(3);
      String code = answer.substring(1, answer.indexOf(' ')).toLowerCase(java.util.Locale.ROOT);
      assertThat(bed.meter("holdfast.calls.declined", "code", code)).isEqualTo(3);
    }
    try (UnifiedJedis bare = bed.client(bed.bare(1))) {
      toDecline.set(1);
      assertThatThrownBy(() -> bare.incr("n")).hasMessage(answer.substring(1));
    }
  }

  @Test
  void mustTellAtOnceWhoWantsToHear() {
    JedisGuard guard = bed.guard(builder -> builder.declinedPatience(Duration.ZERO));
    try (UnifiedJedis client = bed.client(bed.guarded(guard, pool -> pool.maxSize(1)))) {
      toDecline.set(1);
      assertThatThrownBy(() -> client.incr("n")).hasMessage(LOADING.substring(1));
      assertThat(declined).hasValue(1);
      assertThat(client.incr("n")).isEqualTo(1);
    }
  }

  /** The answer is the server's, and the bare client's exception. */
  @Test
  void mustNotKeepACallerForLongerThanItsClientWaits() throws Exception {
    try (JedisBed hasty =
            new JedisBed("127.0.0.1", redis.port(), c -> c.socketTimeoutMillis(3_000));
        UnifiedJedis client = hasty.client(hasty.guarded(1))) {
      toDecline.set(Integer.MAX_VALUE);
      assertThatThrownBy(() -> client.incr("n"))
          .isExactlyInstanceOf(JedisDataException.class)
          .hasMessage(LOADING.substring(1));
      assertThat(ran).hasValue(0);
    }
  }

  /** Jedis gives it back behind the command: by then it would be somebody else's. */
  @Test
  void mustGiveItsConnectionBackOnce() throws Exception {
    JedisConnections pool = bed.guarded(2);
    try (UnifiedJedis client = bed.client(pool)) {
      toDecline.set(Integer.MAX_VALUE);
      CompletableFuture<Long> waits = CompletableFuture.supplyAsync(() -> client.incr("n"));
      Await.until("it is declined", JedisBed.SOON, () -> declined.get() > 0);
      try (Connection others = pool.getConnection()) {
        toDecline.set(0);
        assertThat(waits.get(20, TimeUnit.SECONDS)).isEqualTo(1);
        assertThat(ran).hasValue(1);
        assertThat(pool.state().active()).isEqualTo(1);
        assertThat(others.ping()).isTrue();
      }
      assertThat(pool.state().active()).isZero();
    }
  }

  @Test
  void mustSendAScriptAgainOnlyWhereItsServerRanNothing() {
    try (UnifiedJedis client = guarded()) {
      says = BUSY;
      toDecline.set(1);
      assertThat(client.eval("return redis.call('incr', KEYS[1])", 1, "n")).isEqualTo(1L);
      says = "-BUSY the job is taken";
      toDecline.set(1);
      assertThatThrownBy(() -> client.eval("return redis.error_reply('BUSY the job is taken')"))
          .hasMessage(says.substring(1));
      assertThat(ran).hasValue(1);
    }
  }

  @Test
  void mustNotSendAPartOfAPipelineAgain() {
    try (UnifiedJedis client = guarded()) {
      toDecline.set(1);
      Response<Long> first;
      Response<Long> second;
      try (Pipeline pipeline = new Pipeline(bed.guarded(1).getConnection(), true)) {
        first = pipeline.incr("n");
        second = pipeline.incr("n");
        pipeline.sync();
      }
      assertThatThrownBy(first::get).hasMessage(LOADING.substring(1));
      assertThat(second.get()).isEqualTo(1);
      assertThat(ran).hasValue(1);
      assertThat(client.incr("n")).isEqualTo(1);
    }
  }

  @Test
  void mustLeaveAServerThatHasBecomeAReplica() {
    try (UnifiedJedis client = guarded();
        UnifiedJedis bare = bed.client(bed.bare(1))) {
      assertThat(client.incr("n")).isEqualTo(1);
      assertThat(bare.get("n")).isNull();
      replicas.set(redis.accepted());
      assertThatThrownBy(() -> bare.incr("n")).hasMessage(READONLY.substring(1));
      assertThat(client.incr("n")).isEqualTo(1);
      assertThat(ran).hasValue(2);
      assertThat(declined).hasValue(2);
    }
  }

  /** While it waits the Sentinels name another. */
  @ParameterizedTest
  @ValueSource(strings = {LOADING, READONLY})
  void mustGoWhereItsProviderLeadsByThen(String answer) throws Exception {
    says = answer;
    AtomicInteger ranThere = new AtomicInteger();
    try (ScriptedRedis next =
            ScriptedRedis.answering(
                name -> {
                  ranThere.addAndGet(name.equals("INCR") ? 1 : 0);
                  return ScriptedRedis.plain(name);
                });
        JedisBed there = new JedisBed(next.port());
        JedisConnections pool = bed.guarded(1);
        JedisConnections another = there.guarded(1);
        UnifiedJedis client = bed.client(pool)) {
      pool.ledBy(() -> another);
      toDecline.set(Integer.MAX_VALUE);
      assertThat(client.incr("n")).isEqualTo(1);
      assertThat(ranThere).hasValue(1);
      assertThat(ran).hasValue(0);
      assertThat(declined).hasValue(1);
    }
  }

  /** The new connection leads to a replica too: its caller hears so, and nobody dials for each. */
  @Test
  void mustNotRunRoundBetweenReplicas() {
    try (UnifiedJedis client = guarded()) {
      replicas.set(Integer.MAX_VALUE);
      for (int i = 0; i < 5; i++) {
        assertThatThrownBy(() -> client.incr("n")).hasMessage(READONLY.substring(1));
      }
      assertThat(ran).hasValue(0);
      assertThat(redis.accepted()).isLessThan(5);
    }
  }
}
