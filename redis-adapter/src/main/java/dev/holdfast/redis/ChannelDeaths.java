package dev.holdfast.redis;

import dev.holdfast.diagnosis.IdleBound;
import dev.holdfast.diagnosis.SiblingRule;
import dev.holdfast.diagnosis.SiblingRule.Suspicion;
import dev.holdfast.internal.command.ReplicasLeft;
import dev.holdfast.internal.diagnosis.DeathSigns;
import dev.holdfast.internal.diagnosis.Diagnostician;
import dev.holdfast.internal.diagnosis.IdleLimit;
import dev.holdfast.internal.diagnosis.IdleWitness;
import dev.holdfast.internal.diagnosis.Neighbours;
import dev.holdfast.internal.report.DiagnosisReporter;
import dev.holdfast.internal.report.IdleLimits;
import dev.holdfast.internal.report.Listeners;
import dev.holdfast.internal.report.PostMortem;
import dev.holdfast.redis.GuardedChannel.Death;
import dev.holdfast.report.DiagnosisEvent;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.SocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Where the deaths of a guard's channels are told: tells the listeners, makes siblings suspect,
 * learns idle limits, and has each death diagnosed. Thread-safe.
 */
final class ChannelDeaths {

  private final String guard;
  private final DiagnosisReporter reporter;
  private final ReplicasLeft<EndpointState> replicasLeft = new ReplicasLeft<>();
  private final Neighbours neighbours = new Neighbours();
  private final IdleLimits idleLimits;
  private final Listeners<SwapEvent> swaps = new Listeners<>();
  private final List<Consumer<Suspicion>> pools = new CopyOnWriteArrayList<>();
  private final Set<PostMortem> unexplained = ConcurrentHashMap.newKeySet();

  ChannelDeaths(GuardSettings settings, MeterRegistry registry, DiagnosisReporter reporter) {
    this.guard = settings.name();
    this.reporter = reporter;
    this.idleLimits =
        new IdleLimits(guard, settings.plan(), settings.learner(), ChannelDeaths::onceLearned)
            .publish(registry);
  }

  private static String onceLearned(IdleLimit limit) {
    return limit
        .pingPeriod(0)
        .map(every -> "they are pinged every " + IdleLimits.text(every))
        .orElse(
            "they are proved before use from "
                + limit.bound().age().map(IdleLimits::text).orElse("there"));
  }

  void onSwap(Consumer<? super SwapEvent> listener) {
    swaps.add(listener);
  }

  ReplicasLeft<EndpointState> replicasLeft() {
    return replicasLeft;
  }

  /** How long connections to an address may be idle, as far as was learned. */
  IdleLimit idleLimit(SocketAddress remote) {
    return idleLimits.at(remote);
  }

  IdleBound idleBound() {
    return idleLimits.bound();
  }

  /** Whether a sibling died in a way that a connection, last used then, may share. */
  boolean suspects(SocketAddress remote, long lastPayloadNanos) {
    return neighbours.suspects(remote, lastPayloadNanos);
  }

  /** Has the connections that pools hold idle proved before they are lent. */
  void suspect(Suspicion suspicion) {
    pools.forEach(pool -> pool.accept(suspicion));
  }

  /** Tells a pool which of its connections to prove, until the returned task is run. */
  Runnable suspectToo(Consumer<Suspicion> pool) {
    pools.add(pool);
    return () -> pools.remove(pool);
  }

  /** A connection was used with success after an idle time. */
  void proved(GuardedChannel guarded, long nowNanos, Duration idle) {
    neighbours.proved(guarded.remote(), nowNanos, idle);
    IdleWitness witness = guarded.witness();
    if (witness != null) {
      witness.reused(idle);
    }
  }

  /** A connection was silent for so long, and is not any more. */
  void wasDark(Duration dark, boolean orServerSlow) {
    reporter.report(
        new DiagnosisEvent(
            guard,
            "connection silent for " + IdleLimits.text(dark),
            Diagnostician.dark(dark, orServerSlow),
            "nothing was lost"));
  }

  void died(GuardedChannel guarded, Death death, SwapEvent event, DeathSigns signs) {
    if (!death.cause().byChoice()) {
      neighbours.died(guarded.remote(), death.atNanos(), signs.idle());
    }
    IdleWitness witness = guarded.witness();
    if (witness != null) {
      IdleLimits.ended(
          witness,
          signs.idle(),
          signs,
          event.diagnosis(),
          death.atNanos(),
          guarded.endpoint()::tellOfNextConnection);
    }
    SiblingRule.after(event.diagnosis(), signs.idle(), death.atNanos())
        .ifPresent(
            suspicion -> {
              neighbours.suspect(guarded.remote(), suspicion);
              suspect(suspicion);
            });
    PostMortem postMortem =
        new PostMortem(
            guarded.channel().eventLoop(),
            neighbours,
            reporter,
            new PostMortem.Death(
                guard, guarded.remote(), signs, death.atNanos(), consequence(guarded, event)));
    unexplained.add(postMortem);
    postMortem.begin(
        guarded.endpoint()::tellOfNextConnection, () -> unexplained.remove(postMortem));
    swaps.tell(guard, event);
  }

  /** Whoever listened may have missed what its server said until the next connection was up. */
  private static Function<Optional<Instant>, String> consequence(
      GuardedChannel guarded, SwapEvent event) {
    if (!guarded.session().listens()) {
      return heardAgain -> event.consequence();
    }
    Instant deafSince = Instant.now().minusNanos(guarded.unheardNanos(System.nanoTime()));
    return heardAgain ->
        "%s, messages may be missing from %s to %s"
            .formatted(
                event.consequence(),
                toMillis(deafSince),
                heardAgain.map(ChannelDeaths::toMillis).orElse("now on"));
  }

  private static String toMillis(Instant moment) {
    return moment.truncatedTo(ChronoUnit.MILLIS).toString();
  }

  /** Diagnoses with what is known what waits for more. */
  void close() {
    unexplained.forEach(PostMortem::concludeSoon);
    idleLimits.close();
  }
}
