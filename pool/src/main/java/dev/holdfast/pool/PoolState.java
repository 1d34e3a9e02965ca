package dev.holdfast.pool;

/**
 * A pool at one moment. Counts that change meanwhile may be off by those changes.
 *
 * @param max the most connections there may be
 * @param total {@code idle + active + connecting + proving}; with {@code closing} at most max
 * @param idle connections that can be lent
 * @param active connections on loan
 * @param connecting dials under way
 * @param proving connections that are being proved
 * @param waiting callers in line
 * @param closing connections whose close has not returned; each keeps its place until then
 */
public record PoolState(
    int max,
    int total,
    int idle,
    int active,
    int connecting,
    int proving,
    int waiting,
    int closing) {

  @Override
  public String toString() {
    return "total %d of %d (active %d, idle %d, connecting %d, proving %d)%s, waiting %d"
        .formatted(
            total,
            max,
            active,
            idle,
            connecting,
            proving,
            closing == 0 ? "" : ", closing " + closing,
            waiting);
  }
}
