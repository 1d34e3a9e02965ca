package dev.holdfast.benchmarks.failover;

import dev.holdfast.lab.RedisServer;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;

/** One server is gone for long; how far apart are those that come back to it? */
public final class Reunion {

  private static final Duration CALL = Duration.ofMillis(500);
  private static final Duration LIMIT = Duration.ofSeconds(40);

  /**
   * When the connections of one side worked again.
   *
   * @param firstMillis of the first, after the server was back
   * @param lastMillis of the last; the limit if one did not
   */
  public record Seen(long firstMillis, long lastMillis) {}

  /** Calls over one connection until it works. */
  private static final class Member extends Thread {

    private final StatefulRedisConnection<String, String> connection;
    private final CountDownLatch back;
    private volatile long worksAt;

    Member(StatefulRedisConnection<String, String> connection, CountDownLatch back) {
      this.connection = connection;
      this.back = back;
      setDaemon(true);
    }

    @Override
    public void run() {
      try {
        back.await();
      } catch (InterruptedException ended) {
        return;
      }
      long until = System.nanoTime() + LIMIT.toNanos();
      while (worksAt == 0 && System.nanoTime() - until < 0) {
        try {
          connection.sync().ping();
          worksAt = System.nanoTime();
        } catch (RuntimeException notYet) {
          // it is tried again
        }
      }
    }
  }

  private Reunion() {}

  /**
   * Bare and guarded, side by side.
   *
   * @param connections of each side, each with a client's own back-off
   * @param outage how long the server is gone
   * @return bare, then guarded
   */
  static List<Seen> after(int connections, Duration outage) throws Exception {
    try (RedisServer redis = RedisServer.start();
        RedisSide clients = new RedisSide()) {
      CountDownLatch back = new CountDownLatch(1);
      List<List<Member>> sides =
          List.of(
              members(clients.client(false, uri(redis)), connections, back),
              members(clients.client(true, uri(redis)), connections, back));
      redis.kill();
      TimeUnit.NANOSECONDS.sleep(outage.toNanos());
      redis.restart();
      long backAt = System.nanoTime();
      back.countDown();
      List<Seen> seen = new ArrayList<>();
      for (List<Member> side : sides) {
        for (Member member : side) {
          member.join(LIMIT.multipliedBy(2).toMillis());
        }
        seen.add(
            new Seen(times(side, backAt).min().orElse(0), times(side, backAt).max().orElse(0)));
      }
      return seen;
    }
  }

  private static RedisURI uri(RedisServer redis) {
    return RedisSide.to(redis.port()).withTimeout(CALL).build();
  }

  private static List<Member> members(RedisClient client, int connections, CountDownLatch back) {
    List<Member> members = new ArrayList<>();
    for (int i = 0; i < connections; i++) {
      Member member = new Member(client.connect(), back);
      member.start();
      members.add(member);
    }
    return members;
  }

  private static LongStream times(List<Member> side, long backAt) {
    return side.stream()
        .mapToLong(member -> member.worksAt == 0 ? LIMIT.toNanos() : member.worksAt - backAt)
        .map(TimeUnit.NANOSECONDS::toMillis);
  }
}
