package dev.holdfast.benchmarks.diagnosis;

import dev.holdfast.diagnosis.Diagnosis;
import dev.holdfast.lab.Await;
import dev.holdfast.lab.RedisServer;
import dev.holdfast.lab.kernel.Dial;
import io.lettuce.core.api.StatefulRedisConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What lies between client and server forgets, or dies. */
final class PathDeaths {

  private static final Duration LIMIT = Duration.ofSeconds(2);

  /** Above the second from which a connection counts as idle. */
  private static final Duration IDLE = Duration.ofMillis(1_200);

  private static final Duration ACKNOWLEDGED = Duration.ofMillis(200);

  /** Connections of one client that fail over together. */
  private static final int CROWD = 4;

  /** The user timeout of the plan, 30 s, and the connects that then fail. */
  private static final Duration GIVEN_UP = Duration.ofSeconds(75);

  private PathDeaths() {}

  /** Calls after it go out without a proof, as those of a busy connection do. */
  private static List<StatefulRedisConnection<String, String>> busy(Bed bed, List<Subject> subjects)
      throws Exception {
    return bed.connect(subjects);
  }

  private static void increment(List<StatefulRedisConnection<String, String>> connections) {
    connections.forEach(connection -> connection.async().incr("calls"));
  }

  static List<Optional<Diagnosis>> finLost(Bed bed) throws Exception {
    RedisServer redis = bed.network().redis(options -> options.idleTimeout(LIMIT));
    bed.network().dropServerFin();
    List<Subject> subjects = bed.subjects(Dial.ROUTED, redis);
    var connections = bed.connect(subjects);
    Bed.await(
        "Redis has closed all",
        () -> !redis.command("CLIENT", "LIST", "TYPE", "normal").contains("10.77."));
    Await.idle(IDLE); // a keepalive probe, if there are any, is answered after the close
    increment(connections);
    return bed.deaths(subjects);
  }

  static List<Optional<Diagnosis>> finLostUnderKeepAlive(Bed bed) throws Exception {
    return finLost(bed.keepAlive());
  }

  static List<Optional<Diagnosis>> forgottenReset(Bed bed) throws Exception {
    return forgottenWhileIdle(bed, Dial.ROUTER);
  }

  static List<Optional<Diagnosis>> forgottenSilentWhileIdle(Bed bed) throws Exception {
    return forgottenWhileIdle(bed, Dial.VIRTUAL);
  }

  private static List<Optional<Diagnosis>> forgottenWhileIdle(Bed bed, Dial dial) throws Exception {
    RedisServer redis = bed.network().redis();
    bed.network().loose(false).idleLimit(LIMIT);
    List<Subject> subjects = bed.subjects(dial, redis);
    var connections = bed.connect(subjects);
    Bed.await("forgotten", () -> bed.network().conntrackEntries().isEmpty());
    increment(connections);
    return bed.deaths(subjects);
  }

  /** Nobody writes: the kernel's next probe meets the reset. */
  static List<Optional<Diagnosis>> forgottenResetUnderKeepAlive(Bed bed) throws Exception {
    RedisServer redis = bed.network().redis();
    bed.network().loose(false);
    List<Subject> subjects = bed.keepAlive().subjects(Dial.ROUTER, redis);
    bed.connect(subjects);
    Await.idle(IDLE);
    bed.network().forgetAll();
    return bed.deaths(subjects);
  }

  static List<Optional<Diagnosis>> forgottenSilentInFlight(Bed bed) throws Exception {
    RedisServer redis = bed.network().redis();
    bed.network().loose(false);
    List<Subject> subjects =
        bed.guarding(builder -> builder.probeAfter(Bed.SOON)).subjects(Dial.ROUTED, redis);
    var connections = busy(bed, subjects);
    bed.network().forgetAll();
    increment(connections);
    return bed.deaths(subjects);
  }

  /** A path that may only be dark is waited for, for as long as the kernel does. */
  static List<Optional<Diagnosis>> dead(Bed bed) throws Exception {
    return bed.each(kill(bed), subject -> subject.death(GIVEN_UP));
  }

  static List<Optional<Diagnosis>> deadAtConnect(Bed bed) throws Exception {
    List<Subject> subjects = kill(bed);
    return bed.each(
        subjects,
        subject -> {
          subject.visit(); // what is connected waits: the path may only be dark
          Bed.await("a connect has failed", () -> subject.connectDiagnosis().isPresent());
          return subject.connectDiagnosis();
        });
  }

  private static List<Subject> kill(Bed bed) throws Exception {
    RedisServer redis = bed.network().redis();
    List<Subject> subjects =
        bed.guarding(builder -> builder.probeAfter(Bed.SOON)).subjects(Dial.ROUTED, redis);
    var connections = busy(bed, subjects);
    bed.network().blackhole();
    increment(connections);
    return subjects;
  }

  static List<Optional<Diagnosis>> diedAfterAck(Bed bed) throws Exception {
    RedisServer redis = bed.network().redis();
    List<Subject> subjects = bed.subjects(Dial.ROUTED, redis);
    var connections = bed.connect(subjects);
    redis.freeze();
    increment(connections);
    Await.idle(ACKNOWLEDGED);
    bed.network().loose(false);
    bed.network().forgetAll();
    redis.thaw();
    Bed.awaitSwaps(subjects);
    return bed.deaths(subjects);
  }

  /** Connections of one client, each idle for another time, are used again after a flush. */
  static List<Optional<Diagnosis>> failover(Bed bed) throws Exception {
    RedisServer redis = bed.network().redis();
    bed.network().loose(false);
    List<Subject> subjects = bed.subjects(Dial.ROUTER, redis);
    List<StatefulRedisConnection<String, String>> connections = new ArrayList<>();
    for (int i = 0; i < CROWD; i++) {
      connections.addAll(bed.connect(subjects));
      Await.idle(IDLE);
    }
    bed.network().forgetAll();
    increment(connections);
    Bed.await(
        "all diagnosed",
        () -> subjects.stream().allMatch(subject -> subject.deaths().size() >= CROWD));
    return subjects.stream()
        .flatMap(subject -> subject.deaths().stream().limit(CROWD))
        .map(Optional::of)
        .toList();
  }
}
