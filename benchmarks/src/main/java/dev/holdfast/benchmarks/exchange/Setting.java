package dev.holdfast.benchmarks.exchange;

import java.util.Random;

/**
 * What the user has set on a client.
 *
 * @param proxy whether everything goes through one
 * @param perRoute how many connections a route may have
 * @param retries whose retry rule it is
 * @param interceptor what the user has put into the chain
 * @param compression whether answers are decompressed
 * @param redirects whether they are followed
 * @param cookies whether they are kept
 * @param oneContext whether all calls have the same context
 */
record Setting(
    Proxy proxy,
    int perRoute,
    Retries retries,
    Interceptor interceptor,
    boolean compression,
    boolean redirects,
    boolean cookies,
    boolean oneContext) {

  /** Between the client and the servers. */
  enum Proxy {
    NONE,
    OPEN,
    ASKS
  }

  /** Of the client. */
  enum Retries {
    CLIENTS,
    USERS,
    OFF
  }

  /** In the client's chain. */
  enum Interceptor {
    NONE,
    /** Zips the body of a request and says so. */
    ZIPS,
    /** Counts requests in a header, and answers. */
    COUNTS,
    /** Sends what was answered with 404 once more. */
    REPEATS,
    /** Replaces the body of an answer. */
    REPLACES
  }

  static Setting random(Random random) {
    int proxy = random.nextInt(6);
    int retries = random.nextInt(4);
    int interceptor = random.nextInt(8);
    return new Setting(
        proxy < 4 ? Proxy.NONE : proxy == 4 ? Proxy.OPEN : Proxy.ASKS,
        1 + random.nextInt(3),
        retries < 2 ? Retries.USERS : retries == 2 ? Retries.CLIENTS : Retries.OFF,
        Interceptor.values()[Math.max(0, interceptor - 3)],
        random.nextInt(4) > 0,
        random.nextInt(6) > 0,
        random.nextInt(4) > 0,
        random.nextBoolean());
  }

  /** Nothing is sent twice, so that no connection is idle for longer than the pauses. */
  Setting withOneConnection() {
    return new Setting(
        proxy, 1, retries, Interceptor.NONE, compression, redirects, cookies, oneContext);
  }
}
