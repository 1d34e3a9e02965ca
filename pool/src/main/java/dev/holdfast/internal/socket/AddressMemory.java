package dev.holdfast.internal.socket;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Which addresses of names have failed lately: those are dialled last. Thread-safe. */
public final class AddressMemory {

  /** What failed so long ago is tried in its place again. */
  private static final long MEMORY_NANOS = Duration.ofSeconds(30).toNanos();

  private static final int MOST = 1_024;

  private final Map<InetSocketAddress, Long> failedAt = new ConcurrentHashMap<>();

  /** Nothing has failed yet. */
  public AddressMemory() {}

  /**
   * The order in which addresses are to be dialled: as resolved, the families in turn (RFC 8305,
   * section 4), and those last that failed lately.
   *
   * @param all of one name
   * @return the same addresses
   */
  public List<InetSocketAddress> inOrder(List<InetSocketAddress> all) {
    if (all.size() < 2) {
      return all;
    }
    List<InetSocketAddress> well = new ArrayList<>();
    List<InetSocketAddress> ill = new ArrayList<>(1);
    long now = System.nanoTime();
    for (InetSocketAddress address : AddressFamilies.inTurn(all)) {
      (hasFailed(address, now) ? ill : well).add(address);
    }
    well.addAll(ill);
    return well;
  }

  private boolean hasFailed(InetSocketAddress address, long now) {
    Long at = failedAt.get(address);
    if (at != null && now - at >= MEMORY_NANOS) {
      failedAt.remove(address, at);
      return false;
    }
    return at != null;
  }

  /**
   * A connect has ended.
   *
   * @param address where it led
   * @param works whether it succeeded
   */
  public void ended(InetSocketAddress address, boolean works) {
    if (works) {
      failedAt.remove(address);
    } else if (failedAt.size() < MOST) {
      failedAt.put(address, System.nanoTime());
    }
  }
}
