package dev.holdfast.internal.command;

import dev.holdfast.internal.metrics.Guarded;
import dev.holdfast.internal.usage.CallSite;
import dev.holdfast.metrics.HoldfastMeter;
import dev.holdfast.redis.Residue;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/** Says what borrowers of one pool left behind: a counter each time, a warning once for each. */
public final class ResidueReports {

  private final Logger log;
  private final String pool;
  private final MeterRegistry registry;
  private final Set<Residue> said = Collections.synchronizedSet(EnumSet.noneOf(Residue.class));

  /**
   * Nothing was left behind yet.
   *
   * @param log the pool's
   * @param pool its name
   * @param registry of its meters
   */
  public ResidueReports(Logger log, String pool, MeterRegistry registry) {
    this.log = log;
    this.pool = pool;
    this.registry = registry;
    for (Residue residue : Residue.values()) {
      Guarded.register(() -> counter(residue)); // at 0, so that a rate sees the first
    }
  }

  private Counter counter(Residue residue) {
    return Counter.builder(HoldfastMeter.POOL_RESIDUES.meterName())
        .description(HoldfastMeter.POOL_RESIDUES.description())
        .tags("pool", pool, "residue", residue.tag())
        .register(registry);
  }

  /**
   * Whose they are.
   *
   * @return the pool's name
   */
  public String pool() {
    return pool;
  }

  /**
   * A connection is closed for what was left on it.
   *
   * @param residue what it is
   * @param site where it was returned; null if that is to be found on this thread
   */
  public void left(Residue residue, @Nullable String site) {
    Guarded.meter(() -> counter(residue).increment());
    if (said.add(residue)) {
      log.warn(
          "{}: a connection came back with {} and is closed; returned at {}. Further ones are"
              + " counted only",
          pool,
          residue.text(),
          site == null ? CallSite.find() : site);
    }
  }
}
