package dev.holdfast.http.apache;

import java.util.Set;
import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.core5.pool.ConnPoolControl;
import org.apache.hc.core5.pool.PoolStats;
import org.apache.hc.core5.util.TimeValue;

/** What is asked of a pool, and set on it, is the user's pool's. Thread-safe. */
abstract class ControlledPool implements ConnPoolControl<HttpRoute> {

  private final ConnPoolControl<HttpRoute> pool;

  ControlledPool(ConnPoolControl<HttpRoute> pool) {
    this.pool = pool;
  }

  @Override
  public PoolStats getTotalStats() {
    return pool.getTotalStats();
  }

  @Override
  public PoolStats getStats(HttpRoute route) {
    return pool.getStats(route);
  }

  @Override
  public void setMaxTotal(int max) {
    pool.setMaxTotal(max);
  }

  @Override
  public int getMaxTotal() {
    return pool.getMaxTotal();
  }

  @Override
  public void setDefaultMaxPerRoute(int max) {
    pool.setDefaultMaxPerRoute(max);
  }

  @Override
  public int getDefaultMaxPerRoute() {
    return pool.getDefaultMaxPerRoute();
  }

  @Override
  public void setMaxPerRoute(HttpRoute route, int max) {
    pool.setMaxPerRoute(route, max);
  }

  @Override
  public int getMaxPerRoute(HttpRoute route) {
    return pool.getMaxPerRoute(route);
  }

  @Override
  public void closeIdle(TimeValue idleTime) {
    pool.closeIdle(idleTime);
  }

  @Override
  public void closeExpired() {
    pool.closeExpired();
  }

  @Override
  public Set<HttpRoute> getRoutes() {
    return pool.getRoutes();
  }
}
