package dev.holdfast.benchmarks.diagnosis;

import dev.holdfast.diagnosis.Diagnosis;
import dev.holdfast.lab.Await;
import dev.holdfast.lab.RedisServer;
import dev.holdfast.lab.kernel.Dial;
import dev.holdfast.path.ServerLimits;
import io.lettuce.core.api.StatefulRedisConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The server closes, dies, or does not get round to an answer; and the client closes. */
final class ServerFaults {

  private static final Duration FROZEN = Duration.ofSeconds(3);

  /** A delayed acknowledgement takes 40 ms ({@code TCP_DELACK_MIN}). */
  private static final Duration ACKNOWLEDGED = Duration.ofMillis(200);

  private static final Duration TIMEOUT = Duration.ofSeconds(3);

  /** Redis counts idle time in whole seconds and looks at each client once a second. */
  private static final Duration COARSENESS = Duration.ofSeconds(2);

  /** Together more than a send and a receive buffer take. */
  private static final int VALUES = 16;

  private static final String VALUE = "x".repeat(1 << 20);

  /** Connections with {@link #VALUES} each that fit into the heap at a time. */
  private static final int AT_A_TIME = 5;

  private ServerFaults() {}

  static List<Optional<Diagnosis>> idleTimeout(Bed bed) throws Exception {
    RedisServer redis = bed.network().redis(options -> options.idleTimeout(TIMEOUT));
    List<Subject> subjects =
        bed.declaring(ServerLimits.withIdleTimeout("redis", TIMEOUT).withGranularity(COARSENESS))
            .subjects(Dial.ROUTED, redis);
    bed.connect(subjects);
    return bed.deaths(subjects);
  }

  static List<Optional<Diagnosis>> killedWhileIdle(Bed bed) throws Exception {
    RedisServer redis = bed.network().redis();
    List<Subject> subjects = bed.subjects(Dial.ROUTED, redis);
    bed.connect(subjects);
    Await.idle(Duration.ofMillis(1_200));
    redis.kill();
    redis.restart();
    return bed.deaths(subjects);
  }

  static List<Optional<Diagnosis>> closedDuringCall(Bed bed) throws Exception {
    RedisServer redis = bed.network().redis();
    List<Subject> subjects = bed.subjects(Dial.ROUTED, redis);
    for (StatefulRedisConnection<String, String> connection : bed.connect(subjects)) {
      connection.async().blpop(20, "nothing");
    }
    Bed.await(
        "every call waits at the server",
        () -> redis.command("INFO", "clients").contains("blocked_clients:" + bed.runs()));
    redis.command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
    return bed.deaths(subjects);
  }

  /** Its replies are lost; it is killed with more to read, so its kernel answers with an RST. */
  static List<Optional<Diagnosis>> killedAfterExecuting(Bed bed) throws Exception {
    RedisServer redis = bed.network().redis();
    List<Subject> subjects = bed.subjects(Dial.ROUTED, redis);
    List<StatefulRedisConnection<String, String>> connections = bed.connect(subjects);
    bed.network().dropReplies();
    connections.forEach(connection -> connection.async().incr("executed"));
    Bed.await("all ran", () -> redis.counter("executed") == bed.runs());
    redis.freeze();
    connections.forEach(connection -> connection.async().get("unread"));
    Await.idle(ACKNOWLEDGED);
    redis.kill();
    bed.network().heal();
    redis.restart();
    return bed.deaths(subjects);
  }

  /** Half of them call at once, the others after an idle time, so that a PING goes first. */
  static List<Optional<Diagnosis>> frozen(Bed bed) throws Exception {
    RedisServer redis = bed.network().redis();
    List<Subject> subjects = bed.subjects(Dial.ROUTED, redis);
    List<StatefulRedisConnection<String, String>> connections = bed.connect(subjects);
    Await.idle(Duration.ofMillis(1_200));
    for (int i = 0; i < connections.size(); i += 2) {
      connections.get(i).sync().ping();
    }
    redis.freeze();
    connections.forEach(connection -> connection.async().incr("slow"));
    Await.idle(FROZEN);
    redis.thaw();
    Bed.await("all answered", () -> redis.counter("slow") == bed.runs());
    return anythingSaid(subjects);
  }

  static List<Optional<Diagnosis>> windowShut(Bed bed) throws Exception {
    RedisServer redis = bed.network().redis();
    List<Optional<Diagnosis>> said = new ArrayList<>();
    for (int run = 0; run < bed.runs(); run += AT_A_TIME) {
      List<Subject> subjects =
          Stream.generate(() -> bed.subject(Dial.ROUTED, redis))
              .limit(Math.min(AT_A_TIME, bed.runs() - run))
              .toList();
      List<StatefulRedisConnection<String, String>> connections = bed.connect(subjects);
      redis.freeze();
      for (StatefulRedisConnection<String, String> connection : connections) {
        for (int i = 0; i < VALUES; i++) {
          connection.async().set("big", VALUE);
        }
      }
      Await.idle(FROZEN);
      redis.thaw();
      for (StatefulRedisConnection<String, String> connection : connections) {
        connection.sync().ping();
      }
      said.addAll(anythingSaid(subjects));
      connections.forEach(StatefulRedisConnection::close);
    }
    return said;
  }

  static List<Optional<Diagnosis>> closedByChannel(Bed bed) throws Exception {
    RedisServer redis = bed.network().redis();
    List<Subject> subjects = bed.subjects(Dial.ROUTED, redis);
    bed.connect(subjects);
    bed.channels().forEach(channel -> channel.close());
    return bed.deaths(subjects);
  }

  static List<Optional<Diagnosis>> closedByUser(Bed bed) throws Exception {
    RedisServer redis = bed.network().redis();
    List<Subject> subjects = bed.subjects(Dial.ROUTED, redis);
    bed.connect(subjects).forEach(StatefulRedisConnection::close);
    return anythingSaid(subjects);
  }

  private static List<Optional<Diagnosis>> anythingSaid(List<Subject> subjects) {
    Await.idle(Bed.AFTERMATH);
    return subjects.stream().map(subject -> subject.all().stream().findFirst()).toList();
  }
}
