package dev.holdfast.internal.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.internal.wire.PathTrial.Ruling;
import dev.holdfast.internal.wire.WireProbe.KeepAliveSettings;
import dev.holdfast.wire.WireSnapshot;
import dev.holdfast.wire.WireSource;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** When a connection that only listens is asked about, and when it is given up. */
final class ListenJudgeTest {

  private static final KeepAliveSettings USERS = new KeepAliveSettings(true, 120, 30, 3);

  private int pokes;
  private int restored;
  private long asked = -1;
  private Opinion opinion = new Opinion.Unanswered(0);
  private long now;
  private long heardAt;
  private int rttMicros = 100;
  private int rtoMicros = 204_000;

  private final KernelPing kernel =
      new KernelPing() {
        private final LentKeepAlive lent = new LentKeepAlive(this);

        @Override
        public LentKeepAlive lent() {
          return lent;
        }

        @Override
        public boolean poke(int count) {
          pokes++;
          return true;
        }

        @Override
        public KeepAliveSettings keepAlive() {
          return USERS;
        }

        @Override
        public void restore(KeepAliveSettings settings) {
          assertThat(settings).isEqualTo(USERS);
          restored++;
        }

        @Override
        public void repeatSteadily() {}
      };

  private final ListenJudge judge =
      new ListenJudge(
          kernel,
          since -> {
            asked = now;
            return opinion;
          });

  private static long nanos(long millis) {
    return Duration.ofMillis(millis).toNanos();
  }

  private Ruling look() {
    return judge.judge(
        new WireSnapshot(
            WireSource.EPOLL,
            nanos(now),
            WireSnapshot.ESTABLISHED,
            0,
            0,
            0,
            0,
            rtoMicros,
            rttMicros,
            now - heardAt,
            now - heardAt,
            now,
            0));
  }

  private Ruling lookWhenDue() {
    now += Math.max(1, judge.pause().plusNanos(999_999).toMillis());
    return look();
  }

  @Test
  void mustNotAskAboutOneThatIsHeardOften() {
    for (int i = 0; i < 20; i++) {
      now += 700;
      heardAt = now - 100;
      assertThat(look()).isInstanceOf(Ruling.Open.class);
    }
    assertThat(pokes).isZero();
  }

  @Test
  void mustAskOnceASecondWhileTheAnswersComeAndPutTheUsersKeepAliveBack() {
    for (int second = 0; second < 10; second++) {
      lookWhenDue();
      assertThat(pokes).isEqualTo(second + 1);
      heardAt = now + 1;
      lookWhenDue();
      assertThat(restored).isEqualTo(second + 1);
    }
    assertThat(asked).as("no newcomer for a flow that answers").isEqualTo(-1);
  }

  @Test
  void mustGiveUpWithinTwoSecondsWhatIsSilentBesideANewcomer() {
    Ruling ruling = lookWhenDue();
    while (!(ruling instanceof Ruling.Condemned) && now < 5_000) {
      if (asked >= 0 && opinion instanceof Opinion.Unanswered) {
        opinion = new Opinion.Answered(nanos(asked), Duration.ofMillis(1), Duration.ZERO);
      }
      ruling = lookWhenDue();
    }
    assertThat(ruling).isInstanceOf(Ruling.Condemned.class);
    assertThat(now).isBetween(1_500L, 1_900L);
    assertThat(pokes).isEqualTo(2);
  }

  /** Its handshake met a late machine, and nothing that it has sent since was measured. */
  @Test
  void mustNotGoByTheRoundTripOfItsHandshakeForEver() {
    rttMicros = 150_000;
    rtoMicros = 450_000;
    Ruling ruling = lookWhenDue();
    while (!(ruling instanceof Ruling.Condemned) && now < 6_000) {
      if (asked >= 0 && opinion instanceof Opinion.Unanswered) {
        opinion = new Opinion.Answered(nanos(asked), Duration.ofMillis(1), Duration.ZERO);
      }
      ruling = lookWhenDue();
    }
    assertThat(ruling).isInstanceOf(Ruling.Condemned.class);
    assertThat(now).isBetween(1_500L, 2_000L);
  }

  /** A newcomer is answered as late, and so may a probe be. */
  @Test
  void mustBePatientWhereTheRoundTripIsLong() {
    rttMicros = 400_000;
    rtoMicros = 800_000;
    opinion = new Opinion.Answered(nanos(900), Duration.ofMillis(400), Duration.ZERO);
    int seen = 0;
    long answered = Long.MAX_VALUE;
    while (now < 20_000) {
      now += Math.max(1, judge.pause().plusNanos(999_999).toMillis());
      if (now >= answered) {
        heardAt = answered;
        answered = Long.MAX_VALUE;
      }
      assertThat(look()).isNotInstanceOf(Ruling.Condemned.class);
      if (pokes > seen) {
        seen = pokes;
        answered = Math.max(now, heardAt + 1_000) + 400; // the kernel waits for the second to pass
      }
    }
    assertThat(pokes).isGreaterThan(5);
    assertThat(asked).as("no newcomer for a flow that answers").isEqualTo(-1);
  }

  @Test
  void mustWaitWhileNobodyIsAnsweredAndAskAgainBeforeItJudges() {
    while (now < 6_000) {
      assertThat(lookWhenDue()).isNotInstanceOf(Ruling.Condemned.class);
    }
    opinion = new Opinion.Answered(nanos(now), Duration.ofMillis(1), Duration.ofSeconds(4));
    assertThat(lookWhenDue()).as("asked before the answer").isInstanceOf(Ruling.Dark.class);
    heardAt = now + 1;
    assertThat(lookWhenDue())
        .isInstanceOfSatisfying(
            Ruling.Lit.class, lit -> assertThat(lit.dark()).isGreaterThan(Duration.ofSeconds(6)));
    assertThat(restored).isEqualTo(1);
  }
}
