package dev.holdfast.internal.socket;

import dev.holdfast.diagnosis.Diagnosis;
import dev.holdfast.diagnosis.IdleBound;
import dev.holdfast.diagnosis.SiblingRule;
import dev.holdfast.internal.diagnosis.Answer;
import dev.holdfast.internal.diagnosis.DeathSigns;
import dev.holdfast.internal.diagnosis.Diagnostician;
import dev.holdfast.internal.diagnosis.IdleLimit;
import dev.holdfast.internal.diagnosis.IdleWitness;
import dev.holdfast.internal.diagnosis.Neighbours;
import dev.holdfast.internal.report.DiagnosisReporter;
import dev.holdfast.internal.report.GuardMeters;
import dev.holdfast.internal.report.IdleLimits;
import dev.holdfast.internal.report.Listeners;
import dev.holdfast.internal.report.PostMortem;
import dev.holdfast.path.ConnectionPlan;
import dev.holdfast.report.DiagnosisEvent;
import dev.holdfast.socket.ConnectionEnd;
import java.net.SocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;

/**
 * Where the deaths of a guard's connections are told: counts them, tells the listeners at once,
 * makes siblings suspect, learns idle limits, and diagnoses each death once what followed it is
 * known. Thread-safe.
 */
public final class ConnectionDeaths implements AutoCloseable {

  private static final Duration UNLIMITED = Duration.ofSeconds(Long.MAX_VALUE);

  private final SocketSettings settings;
  private final GuardMeters meters;
  private final DiagnosisReporter reporter;
  private final ScheduledExecutorService timer;
  private final Listeners<ConnectionEnd> listeners = new Listeners<>();
  private final Neighbours neighbours = new Neighbours();
  private final NextConnects nextConnects = new NextConnects();

  /** Each path has its own: two hosts may share an address, and not the way to it. */
  private final IdentityHashMap<ConnectionPlan, IdleLimits> idleLimits = new IdentityHashMap<>();

  /**
   * No death yet.
   *
   * @param settings of the guard
   * @param meters where deaths are counted
   * @param reporter where they are diagnosed
   * @param timer for what is known a second later
   */
  public ConnectionDeaths(
      SocketSettings settings,
      GuardMeters meters,
      DiagnosisReporter reporter,
      ScheduledExecutorService timer) {
    this.settings = settings;
    this.meters = meters;
    this.reporter = reporter;
    this.timer = timer;
    for (ConnectionPlan plan : settings.plans()) {
      idleLimits.put(
          plan,
          new IdleLimits(settings.name(), plan, settings.learner(), ConnectionDeaths::onceLearned)
              .publish(settings.registry()));
    }
  }

  private static String onceLearned(IdleLimit limit) {
    return "requests that must not run twice take a new connection in place of one idle for "
        + limit.bound().age().map(IdleLimits::text).orElse("as long");
  }

  /** The guard is closed: its gauges of idle limits go. */
  @Override
  public void close() {
    idleLimits.values().forEach(IdleLimits::close);
  }

  /**
   * A connection is up.
   *
   * @param remote where it leads, for comparison only
   * @param plan one of the guard's, of the path it goes over
   * @return its part in learning how long it may be idle
   */
  public IdleWitness opened(SocketAddress remote, ConnectionPlan plan) {
    return Objects.requireNonNull(idleLimits.get(plan), "a plan of another guard")
        .at(remote)
        .opened();
  }

  /**
   * How long connections may be idle without proof.
   *
   * @return the lowest bound of all addresses
   */
  public IdleBound idleBound() {
    return idleLimits.values().stream()
        .map(IdleLimits::bound)
        .min(Comparator.comparing(bound -> bound.age().orElse(UNLIMITED)))
        .orElseThrow();
  }

  /**
   * Calls a listener for every connection given up, on the thread that gave it up.
   *
   * @param listener must be quick and must not block; what it throws is logged and stops nothing
   */
  public void onEnd(Consumer<? super ConnectionEnd> listener) {
    listeners.add(listener);
  }

  /**
   * A connection died.
   *
   * @param remote where it led, for comparison only
   * @param witness what {@link #opened} returned for it
   * @param age how long it had been idle at its end, or at the first use after which it ended
   * @param signs what was seen of it
   * @param evidence the readings in one line, without addresses or payload
   * @param unheard for how long nothing had arrived, if somebody listened for what the server says
   *     of its own accord
   */
  public void died(
      SocketAddress remote,
      IdleWitness witness,
      Duration age,
      DeathSigns signs,
      String evidence,
      Optional<Duration> unheard) {
    long now = System.nanoTime();
    Diagnosis diagnosis = Diagnostician.diagnose(signs);
    meters.swapped(signs.cause(), remote);
    boolean expected = signs.cause().byChoice();
    if (!expected) {
      neighbours.died(remote, now, signs.idle());
      SiblingRule.after(diagnosis, signs.idle(), now)
          .ifPresent(suspicion -> neighbours.suspect(remote, suspicion));
      IdleLimits.ended(
          witness, age, signs, diagnosis, now, listener -> nextConnects.tell(remote, listener));
    }
    ConnectionEnd swap =
        new ConnectionEnd(
            settings.name(),
            signs.cause(),
            evidence,
            diagnosis,
            signs.idle(),
            signs.inFlight() == Answer.YES);
    listeners.tell(settings.name(), swap);
    String consequence = swap.consequence() + unheard.map(ConnectionDeaths::missing).orElse("");
    new PostMortem(
            timer,
            neighbours,
            reporter,
            new PostMortem.Death(settings.name(), remote, signs, now, heardAgain -> consequence))
        .begin(listener -> nextConnects.tell(remote, listener), () -> {});
  }

  /** Whoever listened learns of the end now, and what comes next is another connection's. */
  private static String missing(Duration unheard) {
    Instant now = Instant.now();
    return ", what its server said from %s to %s may be missing"
        .formatted(
            now.minus(unheard).truncatedTo(ChronoUnit.MILLIS), now.truncatedTo(ChronoUnit.MILLIS));
  }

  /**
   * A connection was silent under a call for so long, and is not any more.
   *
   * @param dark for how long nothing was heard
   */
  public void wasDark(Duration dark) {
    reporter.report(
        new DiagnosisEvent(
            settings.name(),
            "connection silent for " + IdleLimits.text(dark),
            Diagnostician.dark(dark, false),
            "nothing was lost"));
  }

  /**
   * A connect ended.
   *
   * @param remote where it led
   * @param works whether it succeeded
   */
  public void connectEnded(SocketAddress remote, boolean works) {
    nextConnects.ended(remote, Answer.of(works));
  }

  /**
   * A connection was used with success after an idle time.
   *
   * @param remote where it leads
   * @param idle how long it had been idle
   */
  public void proved(SocketAddress remote, Duration idle) {
    neighbours.proved(remote, System.nanoTime(), idle);
  }

  /**
   * Whether a sibling died in a way that a connection may share.
   *
   * @param remote where it leads
   * @param lastPayloadNanos {@link System#nanoTime()} of its last payload
   * @return true if it has to be proved before it carries even a read
   */
  public boolean suspects(SocketAddress remote, long lastPayloadNanos) {
    return neighbours.suspects(remote, lastPayloadNanos);
  }
}
