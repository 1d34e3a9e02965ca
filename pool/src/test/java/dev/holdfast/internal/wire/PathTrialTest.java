package dev.holdfast.internal.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.internal.wire.PathTrial.Ruling;
import dev.holdfast.internal.wire.WireProbe.KeepAliveSettings;
import dev.holdfast.wire.WireSnapshot;
import dev.holdfast.wire.WireSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * A flow with one request outstanding, on a simulated kernel, under every order of what can happen
 * to it: the flow is answered, a fresh connection is, the caller's time is over, the flow is reset
 * or ended.
 */
final class PathTrialTest {

  private static final long NEVER = Long.MAX_VALUE;
  private static final long END = 8_000;
  private static final long[] WHEN = {250, 450, 500, 650, 900, 1_300, 2_100, 3_500, NEVER};

  /** Linux' first retransmission timeout on a path without a round trip to speak of. */
  private static final long RTO = 200;

  /** The answer of a retransmission is waited for so long, and ticks are coarse. */
  private static final long DUE = 20;

  /** What happens, and when: milliseconds after the request was sent. */
  private record Story(long flow, long dial, long timeout, long reset, long fin) {

    long over() {
      return Math.min(reset, fin);
    }
  }

  /** What came of it. */
  private record Result(List<Ruling> rulings, long condemned, long lit, boolean asked) {}

  private static long nanos(long millis) {
    return Duration.ofMillis(millis).toNanos();
  }

  /** Steady for the first six timeouts, doubling then; a tail loss probe before them. */
  private static List<Long> transmissions() {
    List<Long> sent = new ArrayList<>(List.of(0L, RTO));
    long at = RTO;
    long pause = RTO;
    for (int timeout = 1; at <= END; timeout++) {
      at += pause;
      sent.add(at);
      if (timeout >= 6) {
        pause *= 2;
      }
    }
    return sent;
  }

  private static WireSnapshot reading(long now, Story story) {
    if (now >= story.flow()) {
      return snapshot(now, 0, 0, 0, now - story.flow(), now - story.flow(), 0);
    }
    List<Long> sent = transmissions().stream().filter(at -> at <= now).toList();
    int timeouts = Math.max(0, sent.size() - 2);
    long last = sent.get(sent.size() - 1);
    int backoff = Math.max(0, timeouts - 6);
    return snapshot(now, 1, timeouts, backoff, now + 5_000, now - last, sent.size() - 1);
  }

  private static WireSnapshot snapshot(
      long now, long unacked, int timeouts, int backoff, long sinceAck, long sinceSent, long more) {
    return new WireSnapshot(
        WireSource.EPOLL,
        nanos(now),
        WireSnapshot.ESTABLISHED,
        unacked,
        timeouts,
        0,
        backoff,
        (RTO << backoff) * 1_000,
        100,
        sinceAck,
        sinceAck,
        sinceSent,
        more);
  }

  private static final class Kernel implements KernelPing {
    private final LentKeepAlive lent = new LentKeepAlive(this);

    @Override
    public LentKeepAlive lent() {
      return lent;
    }

    @Override
    public boolean poke(int count) {
      return false;
    }

    @Override
    public KeepAliveSettings keepAlive() {
      return new KeepAliveSettings(false, 0, 0, 0);
    }

    @Override
    public void restore(KeepAliveSettings settings) {}

    @Override
    public void repeatSteadily() {}
  }

  /** What fresh connections tell. */
  @FunctionalInterface
  private interface Newcomers {

    Opinion ask(long now, long since);
  }

  private static Result run(Story story) {
    return run(
        story,
        (now, since) ->
            story.dial() <= now && nanos(story.dial()) >= since
                ? new Opinion.Answered(nanos(story.dial()), Duration.ofMillis(1), Duration.ZERO)
                : new Opinion.Unanswered(since));
  }

  /** Runs until nothing can follow, or to the end. */
  private static Result run(Story story, Newcomers newcomers) {
    long[] now = {0};
    boolean[] asked = {false};
    SecondOpinion second =
        since -> {
          asked[0] = true;
          return newcomers.ask(now[0], since);
        };
    FlightJudge judge = new FlightJudge(new Kernel(), 0);
    PathTrial trial = new PathTrial(second);
    judge.begin(0);
    List<Ruling> rulings = new ArrayList<>();
    long lit = NEVER;
    TreeSet<Long> looks = new TreeSet<>(List.of(200L));
    while (!looks.isEmpty()) {
      now[0] = looks.pollFirst();
      if (now[0] > END || now[0] >= story.over()) {
        break;
      }
      WireSnapshot wire = reading(now[0], story);
      Ruling ruling = trial.rule(judge.judge(wire, nanos(now[0])), wire, judge);
      rulings.add(ruling);
      if (ruling instanceof Ruling.Condemned) {
        return new Result(rulings, now[0], lit, asked[0]);
      }
      if (ruling instanceof Ruling.Lit) {
        lit = now[0];
      }
      assertThat(trial.dark()).isEqualTo(ruling instanceof Ruling.Dark);
      if (now[0] >= story.flow() && !trial.dark()) {
        break; // answered: nothing waits
      }
      looks.add(now[0] + judge.pause().toMillis());
    }
    return new Result(rulings, NEVER, lit, asked[0]);
  }

  private static List<Story> all() {
    List<Story> stories = new ArrayList<>();
    for (long flow : WHEN) {
      for (long dial : WHEN) {
        for (long timeout : WHEN) {
          for (long reset : WHEN) {
            for (long fin : WHEN) {
              stories.add(new Story(flow, dial, timeout, reset, fin));
            }
          }
        }
      }
    }
    return stories;
  }

  /** The first transmission of the flow that a path which answers the newcomer would answer too. */
  private static long askedAfter(long dial) {
    return transmissions().stream().filter(at -> at > dial).findFirst().orElse(NEVER);
  }

  @Test
  void mustCondemnOnlyAFlowThatIsSilentWhereANewcomerWasAnswered() {
    for (Story story : all()) {
      Result result = run(story);
      if (result.condemned() == NEVER) {
        continue;
      }
      assertThat(story.dial()).as("%s", story).isLessThan(result.condemned());
      assertThat(story.flow()).as("%s", story).isGreaterThan(result.condemned());
      assertThat(story.over()).as("%s", story).isGreaterThan(result.condemned());
      assertThat(askedAfter(story.dial()) + DUE)
          .as("%s", story)
          .isLessThanOrEqualTo(result.condemned());
    }
  }

  @Test
  void mustCondemnOneThatIsNeverAnsweredSoonAfterTheNewcomerIs() {
    for (Story story : all()) {
      long due = Math.max(askedAfter(story.dial()), 3 * RTO) + DUE;
      if (story.dial() == NEVER || story.flow() != NEVER || story.over() <= due + 2 * RTO) {
        continue;
      }
      assertThat(run(story).condemned()).as("%s", story).isBetween(due, due + 2 * RTO);
    }
  }

  @Test
  void mustDeliverWhatComesThroughAndSayForHowLongItWasDark() {
    for (Story story : all()) {
      Result result = run(story);
      boolean wasDark = result.rulings().stream().anyMatch(Ruling.Dark.class::isInstance);
      if (!wasDark || result.condemned() != NEVER || story.flow() >= story.over()) {
        continue;
      }
      if (story.flow() == NEVER) {
        assertThat(result.lit()).as("%s", story).isEqualTo(NEVER);
        continue;
      }
      assertThat(result.lit()).as("%s", story).isBetween(story.flow(), story.flow() + RTO);
      Ruling last = result.rulings().get(result.rulings().size() - 1);
      assertThat(((Ruling.Lit) last).dark())
          .as("%s", story)
          .isBetween(Duration.ofMillis(story.flow()), Duration.ofMillis(story.flow() + RTO));
    }
  }

  /**
   * Dialled anew as {@code EndpointOpinion} does it, and answered a millisecond after the light.
   */
  private static final class Dials implements Newcomers {
    private static final long[] PAUSES = {300, 600, 1_200};

    private final long lit;
    private long first = NEVER;
    private long answered = NEVER;

    private Dials(long lit) {
      this.lit = lit;
    }

    @Override
    public Opinion ask(long now, long since) {
      if (first == NEVER) {
        first = now;
        long at = now;
        for (int dial = 0; at < lit; dial++) {
          at += PAUSES[Math.min(dial, PAUSES.length - 1)];
        }
        answered = at;
      }
      return now > answered
          ? new Opinion.Answered(
              nanos(answered + 1), Duration.ofMillis(1), Duration.ofMillis(answered - first))
          : new Opinion.Unanswered(nanos(first));
    }

    private boolean dark() {
      return answered != first;
    }
  }

  /**
   * When a server's kernel answers what reached it first at {@code lit} or later: at once what it
   * is sent again, and a first time once its process answers or the acknowledgement is delayed no
   * longer.
   */
  private static long answered(long lit, long delay) {
    List<Long> sent = transmissions().stream().filter(at -> at >= lit).toList();
    return Math.min(sent.get(0) + delay, sent.get(1));
  }

  @Test
  void mustGiveABusyServerTheTimeItsKernelTakesForWhatItSeesFirst() {
    for (long lit = 0; lit <= 3_000; lit++) {
      for (long delay : new long[] {0, 20, 40, 120, 200}) {
        Dials dials = new Dials(lit);
        Story story = new Story(answered(lit, delay), NEVER, NEVER, NEVER, NEVER);
        Result result = run(story, dials);
        if (dials.dark() || delay <= 40) {
          assertThat(result.condemned()).as("lit at %d, %s", lit, story).isEqualTo(NEVER);
        }
      }
    }
  }

  @Test
  void mustCondemnAForgottenFlowOnceThePathIsLitAndItWasAskedTwice() {
    for (long lit = 0; lit <= 3_000; lit++) {
      Dials dials = new Dials(lit);
      Result result = run(new Story(NEVER, NEVER, NEVER, NEVER, NEVER), dials);
      List<Long> sent = transmissions().stream().filter(at -> at > dials.answered).toList();
      long due = Math.max(sent.get(0) + 210, 3 * RTO);
      assertThat(result.condemned()).as("lit at %d", lit).isLessThanOrEqualTo(due + RTO);
    }
  }

  @Test
  void mustTakeACallersTimeoutForNoEvidence() {
    for (Story story : all()) {
      Story patient = new Story(story.flow(), story.dial(), NEVER, story.reset(), story.fin());
      assertThat(run(story)).isEqualTo(run(patient));
    }
  }

  @Test
  void mustLeaveItToAResetOrAnEndHoweverTheyComeIn() {
    for (Story story : all()) {
      if (story.over() == NEVER) {
        continue;
      }
      Story without = new Story(story.flow(), story.dial(), story.timeout(), NEVER, NEVER);
      List<Ruling> longer = run(without).rulings();
      List<Ruling> shorter = run(story).rulings();
      assertThat(longer.subList(0, shorter.size())).as("%s", story).isEqualTo(shorter);
    }
  }

  @Test
  void mustAskNobodyAboutAFlowThatIsAnsweredAfterOneRetransmission() {
    Story story = new Story(250, NEVER, NEVER, NEVER, NEVER);
    assertThat(run(story).asked()).isFalse();
  }

  /** What nobody can be asked about below the application: a proxy's client, or NIO. */
  private static final class Blind {
    private Opinion opinion = new Opinion.Unanswered(0);
    private final PathTrial trial = new PathTrial(since -> opinion);

    private Ruling at(long millis) {
      return trial.ruleBlind(Cause.PING_UNANSWERED, "no answer", 0, nanos(millis));
    }

    private void answered(long atMillis, long took) {
      opinion = new Opinion.Answered(nanos(atMillis), Duration.ofMillis(took), Duration.ZERO);
    }
  }

  @Test
  void mustWaitForASlowServerAsLongAsItLetsANewcomerWait() {
    Blind blind = new Blind();
    assertThat(blind.at(1_000)).isInstanceOf(Ruling.Dark.class);
    assertThat(blind.at(60_000)).isInstanceOf(Ruling.Dark.class);
    blind.answered(60_100, 300);
    assertThat(blind.at(60_110)).isInstanceOf(Ruling.Dark.class);
    assertThat(blind.at(60_690)).isInstanceOf(Ruling.Dark.class);
    assertThat(blind.trial.heard(nanos(60_695))).contains(Duration.ofMillis(60_695));
    assertThat(blind.trial.dark()).isFalse();
  }

  /** Others are in doubt too, and newcomers are answered all the time. */
  @Test
  void mustNotBePutOffByTheAnswersThatOthersGet() {
    Blind blind = new Blind();
    for (long at = 1_000; at < 1_200; at += 20) {
      blind.answered(at, 1);
      blind.at(at + 1);
    }
    assertThat(blind.at(1_200)).isInstanceOf(Ruling.Condemned.class);
  }

  @Test
  void mustJudgeABlindFlowOnlyAfterOneMoreRead() {
    Blind blind = new Blind();
    blind.answered(1_001, 1);
    assertThat(blind.at(5_000)).as("held up until now").isInstanceOf(Ruling.Dark.class);
    assertThat(blind.at(5_001)).isInstanceOf(Ruling.Condemned.class);
  }
}
