package dev.holdfast.http.reactor;

import dev.holdfast.internal.http.KeepAliveHint;
import dev.holdfast.internal.wire.ConnectionClocks;
import dev.holdfast.path.ConnectionPlan;
import dev.holdfast.path.IdleZone;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;

/**
 * When one connection is to be used no more: by idle age, life, number of requests, and what its
 * server advertises. Written on the event loop, read by any thread; a reading may lag by one
 * request, and whoever leases the connection asks again on the event loop.
 */
final class Retirement {

  private static final AtomicIntegerFieldUpdater<Retirement> IN_FLIGHT =
      AtomicIntegerFieldUpdater.newUpdater(Retirement.class, "inFlight");
  private static final AtomicLongFieldUpdater<Retirement> USED =
      AtomicLongFieldUpdater.newUpdater(Retirement.class, "used");

  private final ConnectionPlan plan;
  private final ConnectionClocks clocks;
  private final long bornNanos = System.nanoTime();
  private final long lifetimeNanos;
  private volatile long mostUses;
  private volatile long advertisedIdleNanos = Long.MAX_VALUE;

  // In this object, not in ones of their own: each call's other threads have these to fetch from
  // the event loop's core.
  private volatile int inFlight;
  private volatile long used;
  private volatile boolean keepAliveAsPlanned = true;
  private volatile boolean due;

  Retirement(ConnectionPlan plan, ConnectionClocks clocks) {
    this.plan = plan;
    this.clocks = clocks;
    double u = ThreadLocalRandom.current().nextDouble();
    this.lifetimeNanos = plan.lifetime(u).toNanos();
    OptionalLong requests = plan.requests(u);
    this.mostUses = plan.reusable() ? requests.orElse(Long.MAX_VALUE) : 1;
  }

  /** The user's own keepalive is in force: it may not hold the hops that the plan's would. */
  void keepAliveIsUsers() {
    keepAliveAsPlanned = false;
  }

  /** A request began, or ended. */
  void uses(int nowInFlight) {
    if (nowInFlight > inFlight) {
      USED.lazySet(this, used + 1); // one writer: no fence, no lock
    }
    IN_FLIGHT.lazySet(this, nowInFlight);
  }

  /** Whether nothing is in flight. */
  boolean unused() {
    return inFlight == 0;
  }

  /** How many requests have begun. */
  long used() {
    return used;
  }

  void advertised(KeepAliveHint hint) {
    hint.timeout()
        .map(limit -> limit.isZero() ? Duration.ZERO : plan.path().safeAge(limit))
        .ifPresent(age -> advertisedIdleNanos = Math.min(advertisedIdleNanos, age.toNanos()));
    if (hint.max().isPresent()) {
      long now = used;
      long most = hint.max().getAsLong();
      mostUses = Math.min(mostUses, most > Long.MAX_VALUE - now ? Long.MAX_VALUE : now + most);
    }
  }

  /** Whatever its age, not again. */
  void now() {
    due = true;
  }

  /** Whether the connection was found to be due. */
  boolean due() {
    return due;
  }

  /** Whether an idle connection is past a limit. */
  boolean isDue(long nowNanos) {
    if (due
        || nowNanos - bornNanos >= lifetimeNanos
        || (inFlight == 0 && (used >= mostUses || zone(nowNanos) == IdleZone.EXPIRED))) {
      due = true;
    }
    return due;
  }

  IdleZone zone(long nowNanos) {
    long idle = clocks.sincePayload(nowNanos);
    if (idle >= advertisedIdleNanos) {
      return IdleZone.EXPIRED;
    }
    if (!keepAliveAsPlanned) {
      long most = plan.maxIdleAge().map(Duration::toNanos).orElse(Long.MAX_VALUE);
      long warn = plan.warnAge().map(Duration::toNanos).orElse(Long.MAX_VALUE);
      if (idle > most) {
        return IdleZone.EXPIRED;
      }
      if (idle >= warn) {
        return IdleZone.WARN;
      }
    }
    return plan.zone(idle, clocks.sinceRequest(nowNanos));
  }
}
