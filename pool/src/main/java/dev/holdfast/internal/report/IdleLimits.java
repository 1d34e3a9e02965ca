package dev.holdfast.internal.report;

import dev.holdfast.diagnosis.Diagnosis;
import dev.holdfast.diagnosis.IdleBound;
import dev.holdfast.diagnosis.LimitSource;
import dev.holdfast.internal.diagnosis.Answer;
import dev.holdfast.internal.diagnosis.DeathSigns;
import dev.holdfast.internal.diagnosis.IdleLimit;
import dev.holdfast.internal.diagnosis.IdleWitness;
import dev.holdfast.internal.diagnosis.LearnerSettings;
import dev.holdfast.internal.diagnosis.Neighbours;
import dev.holdfast.path.ConnectionPlan;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One {@link IdleLimit} for each address that connections of a guard lead to, and for the latest of
 * the others. Thread-safe.
 */
public final class IdleLimits implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(IdleLimits.class);

  private final String guard;
  private final ConnectionPlan plan;
  private final LearnerSettings settings;
  private final Function<IdleLimit, String> consequence;
  private volatile @Nullable MeterRegistry publishedIn;
  private final AtomicBoolean said = new AtomicBoolean();
  private final AddressBook<SocketAddress, IdleLimit> byAddress =
      new AddressBook<>(IdleLimit::inUse, forgotten -> {});

  /**
   * Nothing learned yet.
   *
   * @param guard the guard's name
   * @param plan of its path
   * @param settings how it learns
   * @param consequence what becomes of connections once a limit is learned, for the log; must name
   *     no address
   */
  public IdleLimits(
      String guard,
      ConnectionPlan plan,
      LearnerSettings settings,
      Function<IdleLimit, String> consequence) {
    this.guard = guard;
    this.plan = plan;
    this.settings = settings;
    this.consequence = consequence;
  }

  /**
   * Publishes the bounds, the gauges of {@link dev.holdfast.metrics.HoldfastMeter#IDLE_LIMIT}.
   *
   * @param registry where to; holds this weakly
   * @return this
   */
  public IdleLimits publish(MeterRegistry registry) {
    IdleLimitGauges.publish(registry, guard, this);
    publishedIn = registry;
    return this;
  }

  /** Takes what was published back. */
  @Override
  public void close() {
    MeterRegistry registry = publishedIn;
    if (registry != null) {
      IdleLimitGauges.remove(registry, guard, this);
    }
  }

  /**
   * What is known of an address.
   *
   * @param address for comparison only
   * @return the limit that its connections share
   */
  public synchronized IdleLimit at(SocketAddress address) {
    return byAddress.at(address, first -> new IdleLimit(plan, settings, () -> learned(address)));
  }

  /**
   * A connection ended.
   *
   * @param witness the connection's
   * @param age how long it had been idle at its end, or at the first use after which it ended
   * @param signs what was seen of the end
   * @param diagnosis what they say
   * @param diedAtNanos {@link System#nanoTime()} of the end
   * @param nextConnection tells, once, whether the next connection to the address works
   */
  public static void ended(
      IdleWitness witness,
      Duration age,
      DeathSigns signs,
      Diagnosis diagnosis,
      long diedAtNanos,
      Consumer<Consumer<Answer>> nextConnection) {
    witness
        .ended(age, signs, diagnosis)
        .ifPresent(
            silent ->
                nextConnection.accept(
                    works -> {
                      long after = System.nanoTime() - diedAtNanos;
                      if (works == Answer.YES && after <= Neighbours.TOGETHER.toNanos()) {
                        silent.run();
                      }
                    }));
  }

  /**
   * The bound in force.
   *
   * @return the lowest of all addresses; the configured one while there is none
   */
  public IdleBound bound() {
    return bounds()
        .filter(bound -> bound.age().isPresent())
        .min(Comparator.comparing(bound -> bound.age().get()))
        .orElse(configured());
  }

  /** The lowest age that one source sets, in seconds; not a number while it sets none. */
  double seconds(LimitSource source) {
    return bounds()
        .filter(bound -> bound.source() == source)
        .flatMap(bound -> bound.age().stream())
        .mapToDouble(age -> age.toNanos() / 1e9)
        .min()
        .orElse(Double.NaN);
  }

  /** The declared age is in force wherever nothing lower is known, so always somewhere. */
  private Stream<IdleBound> bounds() {
    List<IdleLimit> limits;
    synchronized (this) {
      limits = byAddress.all();
    }
    return Stream.concat(Stream.of(configured()), limits.stream().map(IdleLimit::bound));
  }

  private IdleBound configured() {
    return new IdleBound(plan.maxIdleAge(), LimitSource.CONFIGURED);
  }

  private void learned(SocketAddress address) {
    IdleLimit limit = at(address);
    boolean lowers =
        limit.bound().source() == LimitSource.LEARNED
            || !limit.pingPeriod(0).equals(plan.pingPeriod());
    if (lowers && limit.learned().isPresent() && said.compareAndSet(false, true)) {
      LOG.info(
          "{}: connections end when idle for {}, which the declared path does not explain: from now"
              + " on {}; declare the limit to keep it across restarts",
          guard,
          text(limit.learned().get()),
          consequence.apply(limit));
    }
  }

  /**
   * An age for people.
   *
   * @param time the age
   * @return seconds with one decimal
   */
  public static String text(Duration time) {
    return "%.1f s".formatted(time.toNanos() / 1e9);
  }
}
