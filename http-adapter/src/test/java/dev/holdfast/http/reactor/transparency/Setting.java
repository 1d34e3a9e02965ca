package dev.holdfast.http.reactor.transparency;

import java.util.List;
import java.util.Random;

/**
 * What the user has set on a client.
 *
 * @param speaks which protocols it offers
 * @param connections how many a pool may have
 * @param compression whether it asks for compressed answers
 * @param redirects whether it follows them
 * @param retries whether Reactor Netty's own retry is on
 * @param keepAlive whether connections are kept
 * @param lifo whether the latest used connection is taken first
 */
record Setting(
    Speaks speaks,
    int connections,
    boolean compression,
    boolean redirects,
    boolean retries,
    boolean keepAlive,
    boolean lifo) {

  /** Protocols, and where to. */
  enum Speaks {
    HTTP1,
    HTTP1_TLS,
    UNIX,
    H2C,
    H2C_BY_UPGRADE,
    H2_TLS,
    H2_OR_HTTP1_TLS;

    boolean onlyHttp1() {
      return this == HTTP1 || this == HTTP1_TLS || this == UNIX;
    }

    boolean tls() {
      return name().endsWith("TLS");
    }
  }

  private static final List<Speaks> OFTEN =
      List.of(
          Speaks.HTTP1,
          Speaks.HTTP1,
          Speaks.HTTP1,
          Speaks.HTTP1_TLS,
          Speaks.UNIX,
          Speaks.H2C,
          Speaks.H2C,
          Speaks.H2C_BY_UPGRADE,
          Speaks.H2_TLS,
          Speaks.H2_OR_HTTP1_TLS);

  static Setting random(Random random) {
    return new Setting(
        OFTEN.get(random.nextInt(OFTEN.size())),
        Math.max(1, random.nextInt(5) - 1),
        random.nextBoolean(),
        random.nextInt(4) > 0,
        random.nextInt(4) > 0,
        random.nextInt(12) > 0,
        random.nextBoolean());
  }

  /** So that a connection is idle for as long as its caller pauses. */
  Setting withOneConnection() {
    return new Setting(speaks, 1, compression, redirects, retries, true, lifo);
  }
}
