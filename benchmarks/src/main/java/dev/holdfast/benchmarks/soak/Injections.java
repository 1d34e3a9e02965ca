package dev.holdfast.benchmarks.soak;

import dev.holdfast.lab.Await;
import java.time.Duration;

/** Brings faults about. Each has ended when its method returns. */
final class Injections {

  /** Long enough for requests to be executed whose replies are lost. */
  private static final Duration UNANSWERED = Duration.ofMillis(300);

  /** Redis' smallest timeout that is not off; it looks at every client once a second. */
  private static final String IDLE_TIMEOUT = "1";

  private static final int PORTS = 40;
  private static final int FIRST_PORT = 42_000;

  /** Linux' defaults. */
  private static final int LINUX_FIRST_PORT = 32_768;

  private static final int LINUX_LAST_PORT = 60_999;

  /** Of the append-only file, on the average. */
  private static final int BYTES_OF_A_COMMAND = 60;

  private static final int LOSS_PERCENT = 5;
  private static final int SYN_LOSS_PERCENT = 40;

  private Injections() {}

  static void none(Stage stage) {
    stage.idle(2_000, 3_000);
  }

  static void flush(Stage stage) {
    stage.network().forgetAll();
    stage.idle(3_000, 4_000);
  }

  static void flushWithReset(Stage stage) {
    stage.network().resetUnknownFlows();
    try {
      flush(stage);
    } finally {
      stage.network().dropUnknownFlows();
    }
  }

  static void flushWhileIdle(Stage stage) {
    stage.quiet().begin();
    stage.idle(1_500, 3_000);
    stage.network().forgetAll();
    stage.quiet().end();
    stage.idle(3_000, 4_000);
  }

  static void flushWithResetWhileIdle(Stage stage) {
    stage.network().resetUnknownFlows();
    try {
      flushWhileIdle(stage);
    } finally {
      stage.network().dropUnknownFlows();
    }
  }

  static void loseFin(Stage stage) {
    stage.quiet().begin();
    Await.idle(UNANSWERED);
    stage.network().dropServerFin();
    stage.killClients();
    stage.idle(1_000, 2_000);
    stage.quiet().end();
    Await.idle(UNANSWERED);
    stage.network().heal();
  }

  /** Requests run, their replies are lost, and what comes then is the end. */
  static void loseRepliesThenReset(Stage stage) {
    stage.network().dropReplies();
    Await.idle(UNANSWERED);
    stage.redis().freeze();
    Await.idle(UNANSWERED);
    stage.redis().kill();
    stage.network().heal();
    stage.redis().restart();
  }

  static void loseSegments(Stage stage) {
    stage.network().loseRandomly(LOSS_PERCENT);
    stage.idle(3_000, 5_000);
    stage.network().heal();
  }

  static void muteClient(Stage stage) {
    muteClient(stage, stage.time(500, 4_000));
  }

  static void muteClient(Stage stage, Duration outage) {
    stage.network().muteClientFor(outage);
    Await.idle(outage);
    stage.network().heal();
  }

  static void muteServers(Stage stage) {
    muteServers(stage, stage.time(500, 4_000));
  }

  static void muteServers(Stage stage, Duration outage) {
    stage.network().muteServersFor(outage);
    Await.idle(outage);
    stage.network().heal();
  }

  static void blackhole(Stage stage) {
    stage.network().blackhole();
    stage.idle(500, 4_000);
    stage.network().heal();
  }

  static void blackholeThenFlush(Stage stage) {
    stage.network().blackhole();
    stage.idle(500, 2_000);
    stage.network().forgetAll();
    stage.network().heal();
    stage.idle(2_000, 3_000);
  }

  static void freeze(Stage stage) {
    stage.redis().freeze();
    stage.nginx().freeze();
    stage.idle(500, 3_000);
    stage.nginx().thaw();
    stage.redis().thaw();
  }

  static void restartRedis(Stage stage) {
    stage.redis().kill();
    stage.idle(0, 1_000);
    stage.redis().restart();
  }

  /** Until it has loaded what it kept, Redis answers everything with an error that says so. */
  static void restartRedisLoading(Stage stage) {
    long commands = stage.redisKept() / BYTES_OF_A_COMMAND;
    stage.redis().kill();
    stage.loading().takes(stage.time(1_000, 3_000), commands);
    try {
      stage.redis().restart();
    } finally {
      stage.loading().takesNoLonger();
    }
  }

  static void restartNginx(Stage stage) {
    stage.nginx().kill();
    stage.idle(0, 1_000);
    stage.nginx().restart();
  }

  static void killClients(Stage stage) {
    stage.killClients();
  }

  static void timeOutIdle(Stage stage) {
    stage.redis().command("CONFIG", "SET", "timeout", IDLE_TIMEOUT);
    stage.quiet().begin();
    stage.idle(3_000, 5_500); // nginx closes after HttpSide.KEEP_ALIVE
    stage.redis().command("CONFIG", "SET", "timeout", "0");
    stage.quiet().end();
  }

  static void loseSyn(Stage stage) {
    stage.network().dropSynRandomly(SYN_LOSS_PERCENT);
    reconnectAndHeal(stage);
  }

  static void loseSynAck(Stage stage) {
    stage.network().dropSynAckRandomly(SYN_LOSS_PERCENT);
    reconnectAndHeal(stage);
  }

  /** All reconnect through few source ports, some of them in TIME_WAIT on either side. */
  static void squeezePorts(Stage stage) {
    stage.network().client().portRange(FIRST_PORT, FIRST_PORT + PORTS - 1);
    stage.killClients();
    stage.idle(2_000, 3_000);
    stage.killClients();
    stage.idle(1_000, 2_000);
    stage.network().client().portRange(LINUX_FIRST_PORT, LINUX_LAST_PORT);
  }

  static void losePinnedSyn(Stage stage) {
    stage.network().dropSynPinned();
    reconnectAndHeal(stage);
  }

  private static void reconnectAndHeal(Stage stage) {
    stage.killClients();
    stage.idle(3_000, 4_000);
    stage.network().heal();
  }
}
