package dev.holdfast.http.reactor;

import dev.holdfast.http.KeepAliveHint;
import dev.holdfast.path.ConnectionPlan;
import dev.holdfast.path.IdleZone;
import dev.holdfast.wire.ConnectionClocks;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * When one connection is to be used no more: by idle age, life, number of requests, and what its
 * server advertises. Written on the event loop, read by any thread; a reading may lag by one
 * request, and whoever leases the connection asks again on the event loop.
 */
final class Retirement {

  private final ConnectionPlan plan;
  private final ConnectionClocks clocks;
  private final long bornNanos = System.nanoTime();
  private final long lifetimeNanos;
  private final AtomicLong requestsLeft;
  private volatile long advertisedIdleNanos = Long.MAX_VALUE;
  private final AtomicInteger inFlight = new AtomicInteger();
  private final AtomicLong used = new AtomicLong();
  private volatile boolean keepAliveAsPlanned = true;
  private volatile boolean due;

  Retirement(ConnectionPlan plan, ConnectionClocks clocks) {
    this.plan = plan;
    this.clocks = clocks;
    double u = ThreadLocalRandom.current().nextDouble();
    this.lifetimeNanos = plan.lifetime(u).toNanos();
    OptionalLong requests = plan.requests(u);
    this.requestsLeft = new AtomicLong(plan.reusable() ? requests.orElse(Long.MAX_VALUE) : 1);
  }

  /** The user's own keepalive is in force: it may not hold the hops that the plan's would. */
  void keepAliveIsUsers() {
    keepAliveAsPlanned = false;
  }

  /** A request began, or ended. */
  void uses(int nowInFlight) {
    if (nowInFlight > inFlight.getPlain()) {
      requestsLeft.lazySet(requestsLeft.getPlain() - 1); // one writer: no fence, no lock
      used.lazySet(used.getPlain() + 1);
    }
    inFlight.lazySet(nowInFlight);
  }

  /** Whether nothing is in flight. */
  boolean unused() {
    return inFlight.get() == 0;
  }

  /** How many requests have begun. */
  long used() {
    return used.get();
  }

  void advertised(KeepAliveHint hint) {
    hint.timeout()
        .map(limit -> limit.isZero() ? Duration.ZERO : plan.path().safeAge(limit))
        .ifPresent(age -> advertisedIdleNanos = Math.min(advertisedIdleNanos, age.toNanos()));
    if (hint.max().isPresent()) {
      requestsLeft.accumulateAndGet(hint.max().getAsLong(), Math::min);
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
        || (inFlight.get() == 0
            && (requestsLeft.get() <= 0 || zone(nowNanos) == IdleZone.EXPIRED))) {
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
