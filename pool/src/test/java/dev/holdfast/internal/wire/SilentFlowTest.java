package dev.holdfast.internal.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.internal.wire.PathTrial.Ruling;
import dev.holdfast.internal.wire.WireProbe.KeepAliveSettings;
import dev.holdfast.wire.WireSnapshot;
import dev.holdfast.wire.WireSource;
import java.time.Duration;
import java.util.Random;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A flow on which everything is acknowledged and nothing comes, between two simulated kernels: one
 * that probes, and one that answers no two probes within half a second.
 */
final class SilentFlowTest {

  private static final long NEVER = Long.MAX_VALUE;
  private static final long SECOND = 1_000;

  /** {@code net.ipv4.tcp_invalid_ratelimit}. */
  private static final long LIMIT = 500;

  private static final KeepAliveSettings USERS = new KeepAliveSettings(true, 120, 30, 3);

  /** Who waits for what the peer may say. */
  enum Waiting {
    FLIGHT {
      @Override
      Watch watch(KernelPing kernel, SecondOpinion second) {
        FlightJudge judge = new FlightJudge(kernel, 0);
        PathTrial trial = new PathTrial(second);
        judge.begin(0);
        return new Watch() {
          @Override
          public Ruling look(WireSnapshot wire) {
            return trial.rule(judge.judge(wire, wire.takenAtNanos()), wire, judge);
          }

          @Override
          public Duration pause() {
            return judge.pause();
          }
        };
      }
    },
    LISTENER {
      @Override
      Watch watch(KernelPing kernel, SecondOpinion second) {
        ListenJudge judge = new ListenJudge(kernel, second);
        return new Watch() {
          @Override
          public Ruling look(WireSnapshot wire) {
            return judge.judge(wire);
          }

          @Override
          public Duration pause() {
            return judge.pause();
          }
        };
      }
    };

    abstract Watch watch(KernelPing kernel, SecondOpinion second);
  }

  private interface Watch {
    Ruling look(WireSnapshot wire);

    Duration pause();
  }

  /** Of milliseconds: who gets through. A round trip takes no time. */
  private static final class Flow implements KernelPing {
    private final LongPredicate there;
    private final LongPredicate back;
    private long now;
    private long heard;
    private long timer = NEVER;
    private int probes;
    private long answered = -LIMIT;
    private final LentKeepAlive lent = new LentKeepAlive(this);

    private Flow(LongPredicate there, LongPredicate back) {
      this.there = there;
      this.back = back;
    }

    void passUntil(long then) {
      while (timer <= then) {
        now = timer;
        timer = now - heard < SECOND ? heard + SECOND : probe();
      }
      now = then;
    }

    private long probe() {
      probes++;
      if (there.test(now) && now - answered >= LIMIT) {
        answered = now;
        if (back.test(now)) {
          heard = now;
          probes = 0;
        }
      }
      return now + SECOND;
    }

    @Override
    public LentKeepAlive lent() {
      return lent;
    }

    @Override
    public boolean poke(int count) {
      timer = Math.max(now, heard + SECOND);
      return true;
    }

    @Override
    public KeepAliveSettings keepAlive() {
      return USERS;
    }

    @Override
    public void restore(KeepAliveSettings settings) {
      timer = NEVER;
    }

    @Override
    public void repeatSteadily() {}

    private WireSnapshot reading() {
      long silent = now - heard;
      return new WireSnapshot(
          WireSource.EPOLL,
          nanos(now),
          WireSnapshot.ESTABLISHED,
          0,
          0,
          probes,
          0,
          200_000,
          100,
          silent,
          silent,
          now,
          0);
    }
  }

  /** Fresh connections, dialled as {@code EndpointOpinion} does it. */
  private static final class Dials implements SecondOpinion {
    private static final long[] PAUSES = {300, 600, 1_200};

    /** Others to the same endpoint are in doubt all the time, one after the other. */
    private static final long OTHERS = 100;

    private final Flow flow;
    private final LongPredicate pass;
    private long first = NEVER;
    private long next;
    private int dials;
    private Opinion.@Nullable Answered latest;
    private long answeredAt = NEVER;

    private final boolean others;

    private Dials(Flow flow, LongPredicate pass, boolean others) {
      this.flow = flow;
      this.pass = pass;
      this.others = others;
    }

    private void dialForOthers() {
      long at = flow.now / OTHERS * OTHERS;
      while (at > 0 && !pass.test(at)) {
        at -= OTHERS;
      }
      latest = new Opinion.Answered(nanos(at), Duration.ofMillis(1), Duration.ZERO);
    }

    @Override
    public Opinion ask(long sinceNanos) {
      if (others) {
        dialForOthers();
      }
      Opinion.Answered known = latest;
      if (known != null && known.atNanos() >= sinceNanos) {
        return known;
      }
      if (first == NEVER) {
        first = flow.now;
        next = first;
        dials = 0;
      }
      for (; next <= flow.now; next += PAUSES[Math.min(dials++, PAUSES.length - 1)]) {
        if (pass.test(next)) {
          Duration dark = Duration.ofMillis(next - first);
          Opinion.Answered heard =
              new Opinion.Answered(nanos(flow.now), Duration.ofMillis(1), dark);
          latest = heard;
          answeredAt = flow.now;
          first = NEVER;
          return heard;
        }
      }
      return new Opinion.Unanswered(nanos(first));
    }
  }

  private static long nanos(long millis) {
    return Duration.ofMillis(millis).toNanos();
  }

  /** When the flow is condemned, or never. */
  private static long condemned(Waiting waiting, Flow flow, Dials dials, long end, Random late) {
    Watch watch = waiting.watch(flow, dials);
    while (flow.now < end) {
      long pause = Math.max(1, watch.pause().plusNanos(999_999).toMillis());
      long lateness = late.nextInt(8) == 0 ? late.nextInt(1_500) : 0;
      flow.passUntil(flow.now + pause + lateness);
      if (watch.look(flow.reading()) instanceof Ruling.Condemned) {
        return flow.now;
      }
    }
    return NEVER;
  }

  private static final Random IN_TIME =
      new Random(0) {
        private static final long serialVersionUID = 1;

        @Override
        public int nextInt(int bound) {
          return bound - 1;
        }
      };

  /** Whoever is not heard in the dark, and however late a loop looks. */
  @ParameterizedTest
  @EnumSource
  void mustCondemnNoFlowThatAnswersWhenThePathIsLitAgain(Waiting waiting) {
    Random late = new Random(1);
    for (long dark = 100; dark <= 1_100; dark += 50) {
      for (long lasts = 50; lasts <= 4_000; lasts += 50) {
        long from = dark;
        long lit = dark + lasts;
        LongPredicate always = at -> true;
        LongPredicate outside = at -> at < from || at >= lit;
        for (Random loop : new Random[] {IN_TIME, late}) {
          Flow clientMuted = new Flow(outside, always);
          Flow serverMuted = new Flow(always, outside);
          for (Flow flow : new Flow[] {clientMuted, serverMuted}) {
            Dials dials = new Dials(flow, outside, (dark + lasts) % 100 == 0);
            assertThat(condemned(waiting, flow, dials, 9_000, loop))
                .as("%s dark from %d to %d", flow == clientMuted ? "client" : "server", dark, lit)
                .isEqualTo(NEVER);
          }
        }
      }
    }
  }

  /** Whoever else is in doubt: the answers that others get must not put it off. */
  @ParameterizedTest
  @EnumSource
  void mustCondemnAForgottenFlowWithinTwoSeconds(Waiting waiting) {
    for (boolean others : new boolean[] {false, true}) {
      Flow flow = new Flow(at -> false, at -> false);
      assertThat(condemned(waiting, flow, new Dials(flow, at -> true, others), 9_000, IN_TIME))
          .isBetween(1_500L, 2_000L);
    }
  }

  /** After the light it is asked as soon as its peer would answer. */
  @ParameterizedTest
  @EnumSource
  void mustCondemnAFlowThatWasForgottenInTheDark(Waiting waiting) {
    for (long lit = 0; lit <= 4_000; lit += 10) {
      long begin = lit;
      Flow flow = new Flow(at -> false, at -> false);
      Dials dials = new Dials(flow, at -> at >= begin, false);
      long at = condemned(waiting, flow, dials, 9_000, IN_TIME);
      assertThat(at).as("lit at %d", lit).isLessThan(Math.max(2_000, dials.answeredAt + 1_000));
    }
  }

  /** Of a hundred that are silent for a minute each on a path that loses 5 % each way. */
  @ParameterizedTest
  @EnumSource
  void mustSeldomTakeLossByChanceForSilence(Waiting waiting) {
    Random chance = new Random(5);
    LongPredicate passes = at -> chance.nextInt(100) >= 5;
    int condemned = 0;
    for (int minute = 0; minute < 100; minute++) {
      Flow flow = new Flow(passes, passes);
      Dials dials = new Dials(flow, at -> true, false);
      condemned += condemned(waiting, flow, dials, 60_000, IN_TIME) == NEVER ? 0 : 1;
    }
    assertThat(condemned).isLessThan(20); // 10 were expected; if it were not for the pace, 95
  }
}
