package dev.holdfast.redis;

import dev.holdfast.diagnosis.Answer;
import dev.holdfast.diagnosis.DeathSigns;
import dev.holdfast.diagnosis.Diagnosis;
import dev.holdfast.diagnosis.IdleBound;
import dev.holdfast.diagnosis.LimitSource;
import dev.holdfast.diagnosis.Neighbours;
import dev.holdfast.path.ConnectionPlan;
import dev.holdfast.redis.GuardedChannel.Death;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One {@link IdleLimit} for each address of a guard; the least recently used go. Thread-safe. */
final class IdleLimits {

  private static final Logger LOG = LoggerFactory.getLogger(IdleLimits.class);

  /** More addresses than any cluster has. */
  private static final int MOST_ADDRESSES = 1_024;

  private final String guard;
  private final ConnectionPlan plan;
  private final LearnerSettings settings;
  private final AtomicBoolean said = new AtomicBoolean();
  private final Map<SocketAddress, IdleLimit> byAddress =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<SocketAddress, IdleLimit> eldest) {
          return size() > MOST_ADDRESSES;
        }
      };

  IdleLimits(String guard, ConnectionPlan plan, LearnerSettings settings) {
    this.guard = guard;
    this.plan = plan;
    this.settings = settings;
  }

  synchronized IdleLimit at(SocketAddress address) {
    return byAddress.computeIfAbsent(
        address, first -> new IdleLimit(plan, settings, () -> learned(address)));
  }

  /** A connection, counted out already, ended. */
  void ended(GuardedChannel guarded, Death death, DeathSigns signs, Diagnosis diagnosis) {
    at(guarded.remote())
        .ended(signs, diagnosis, guarded.outlived())
        .ifPresent(
            silent ->
                guarded
                    .endpoint()
                    .tellOfNextConnection(
                        works -> {
                          long after = System.nanoTime() - death.atNanos();
                          if (works == Answer.YES && after <= Neighbours.TOGETHER.toNanos()) {
                            silent.run();
                          }
                        }));
  }

  /** The lowest bound of all addresses; the configured one while there is none. */
  IdleBound bound() {
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
      limits = List.copyOf(byAddress.values());
    }
    return Stream.concat(Stream.of(configured()), limits.stream().map(IdleLimit::bound));
  }

  private IdleBound configured() {
    return new IdleBound(plan.maxIdleAge(), LimitSource.CONFIGURED);
  }

  private void learned(SocketAddress address) {
    IdleLimit limit = at(address);
    Optional<Duration> period = limit.pingPeriod(0);
    boolean lowers =
        limit.bound().source() == LimitSource.LEARNED || !period.equals(plan.pingPeriod());
    if (lowers && limit.learned().isPresent() && said.compareAndSet(false, true)) {
      LOG.info(
          "{}: connections end when idle for {}, which the declared path does not explain: from now"
              + " on they are {}; declare the limit to keep it across restarts",
          guard,
          text(limit.learned().get()),
          period
              .map(every -> "pinged every " + text(every))
              .orElse(
                  "proved before use from " + text(plan.path().safeAge(limit.learned().get()))));
    }
  }

  private static String text(Duration time) {
    return "%.1f s".formatted(time.toNanos() / 1e9);
  }
}
