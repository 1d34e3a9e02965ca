package dev.holdfast.examples;

import dev.holdfast.examples.Step.Burst;
import dev.holdfast.examples.Step.BurstLosingReplies;
import dev.holdfast.examples.Step.End;
import dev.holdfast.examples.Step.Idle;
import dev.holdfast.examples.Step.IdleWithFailover;
import dev.holdfast.lab.Forgetting;
import java.time.Duration;
import java.util.List;

/**
 * What happens to both clients.
 *
 * @param name a short name, the same in every report
 * @param story one sentence for people
 * @param forgetting what forgotten flows meet
 * @param idleLimit after how long the middlebox forgets
 * @param steps what happens, in order
 */
record Scenario(
    String name, String story, Forgetting forgetting, Duration idleLimit, List<Step> steps) {
  private static final Duration LIMIT = Duration.ofSeconds(3);
  private static final int CALLS = 40;

  /** A limit no run comes near, where forgetting is not the subject. */
  private static final Duration LONG_LIMIT = Duration.ofMinutes(5);

  private static final List<Step> IDLE_TWICE_THEN_FAILOVER =
      List.of(
          new Burst(CALLS),
          new Idle(Duration.ofSeconds(4)),
          new Burst(CALLS),
          new Idle(Duration.ofSeconds(4)),
          new Burst(CALLS),
          new IdleWithFailover(Duration.ofMillis(1500)),
          new Burst(CALLS));

  /** The main job: the three ways of forgetting. */
  static List<Scenario> idle() {
    return List.of(
        new Scenario(
            "reset-on-next-byte",
            "The middlebox forgets flows idle for 3 s and answers their next byte with an RST.",
            Forgetting.RESET_ON_NEXT_BYTE,
            LIMIT,
            IDLE_TWICE_THEN_FAILOVER),
        new Scenario(
            "silence",
            "The middlebox forgets flows idle for 3 s and drops what they send, without a word.",
            Forgetting.SILENCE,
            LIMIT,
            IDLE_TWICE_THEN_FAILOVER),
        new Scenario(
            "fin-lost",
            "The server's side of flows idle for 3 s is closed and the FIN never arrives.",
            Forgetting.FIN_LOST,
            LIMIT,
            IDLE_TWICE_THEN_FAILOVER));
  }

  /** Not about idle flows: what has run must not run again. */
  static List<Scenario> inFlight() {
    return List.of(
        new Scenario(
            "reply-lost",
            "Redis runs the calls in flight, their replies vanish, the connection is closed.",
            Forgetting.RESET_ON_NEXT_BYTE,
            LONG_LIMIT,
            List.of(
                new Burst(CALLS),
                new BurstLosingReplies(CALLS, End.FIN),
                new Idle(Duration.ofSeconds(1)),
                new BurstLosingReplies(CALLS, End.RST),
                new Idle(Duration.ofSeconds(1)),
                new Burst(CALLS))));
  }

  /** Whether the idle limit plays a part. */
  boolean limitMatters() {
    return idleLimit.compareTo(LONG_LIMIT) < 0;
  }
}
