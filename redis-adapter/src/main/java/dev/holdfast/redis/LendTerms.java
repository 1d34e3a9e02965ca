package dev.holdfast.redis;

import dev.holdfast.internal.channel.UsageHandler;
import dev.holdfast.internal.usage.CallSite;
import dev.holdfast.internal.usage.EndpointChurn;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A connection that others keep, lent to one who may treat it as its own: giving it back leaves it
 * open and counts as the close it stands for.
 */
final class LendTerms implements LentView.Terms {

  private final EndpointState state;
  private final long lentAt = System.nanoTime();
  private final AtomicReference<@Nullable String> returnedAt = new AtomicReference<>();

  LendTerms(EndpointState state) {
    this.state = state;
  }

  @Override
  public CompletableFuture<Void> giveBack() {
    if (lent()) {
      String site = CallSite.find();
      if (returnedAt.compareAndSet(null, site)) {
        count(site);
      }
    }
    return CompletableFuture.completedFuture(null);
  }

  private void count(String site) {
    GuardedChannel carrier = state.carrier();
    EndpointChurn endpoint = carrier == null ? null : UsageHandler.churnOf(carrier.channel());
    if (carrier != null && endpoint != null) {
      endpoint.returned(System.nanoTime() - lentAt, site, carrier.channel().eventLoop());
    }
  }

  @Override
  public boolean lent() {
    return returnedAt.get() == null;
  }

  @Override
  public void requireLent() {
    String site = returnedAt.get();
    if (site != null) {
      throw new IllegalStateException("lease returned at " + site);
    }
  }
}
