package dev.holdfast.internal.dial;

import dev.holdfast.internal.bounded.LruMap;
import java.net.SocketAddress;
import java.util.OptionalLong;

/**
 * The smoothed round trip of each remote address, learned from connects that succeeded. It rises to
 * a longer sample at once and falls by a quarter of the difference: to take a slow path for a lossy
 * one costs every connect, to wait too long costs only the lost ones. Bounded; the least recently
 * used address is forgotten. Thread-safe.
 */
public final class RttMemory {

  /** How many addresses are remembered. */
  public static final int CAPACITY = 1024;

  private final LruMap<SocketAddress, Long> srtt = new LruMap<>(CAPACITY);

  /** An empty memory. */
  public RttMemory() {}

  /**
   * The smoothed round trip of an address.
   *
   * @param remote the address
   * @return nanoseconds, empty if it never connected or was forgotten
   */
  public synchronized OptionalLong srtt(SocketAddress remote) {
    Long known = srtt.get(remote);
    return known == null ? OptionalLong.empty() : OptionalLong.of(known);
  }

  /**
   * Learns one round trip. The sample must belong to one dial alone (Karn): not to a SYN that was
   * sent several times.
   *
   * @param remote the address
   * @param sampleNanos the round trip, ignored if not above zero
   */
  public synchronized void learn(SocketAddress remote, long sampleNanos) {
    if (sampleNanos > 0) {
      srtt.merge(
          remote,
          sampleNanos,
          (known, sample) -> sample >= known ? sample : known - (known - sample) / 4);
    }
  }

  synchronized int size() {
    return srtt.size();
  }
}
