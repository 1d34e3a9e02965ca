package dev.holdfast.http.apache;

import java.nio.ByteBuffer;

/**
 * Finds GOAWAY among the frames that a server sends (RFC 9113, sections 4.1 and 6.8), for
 * HttpClient does not say which requests it names as not processed. Whatever does not begin with
 * SETTINGS, as a server's HTTP/2 does, is not looked at. Confined to the reactor's thread.
 */
final class GoAwayTap {

  /** No GOAWAY. */
  static final int NONE = -1;

  private static final int HEAD = 9;
  private static final int LAST_STREAM = 4;
  private static final int SETTINGS = 4;
  private static final int GOAWAY = 7;

  private final byte[] held = new byte[HEAD + LAST_STREAM];
  private int count;
  private int skip;
  private boolean begun;
  private boolean other;

  /**
   * Looks at what was read.
   *
   * @param from its position and limit are left alone
   * @param start of what was read
   * @param end behind it
   * @return the last stream that a GOAWAY in it names, or {@link #NONE}
   */
  int read(ByteBuffer from, int start, int end) {
    int last = NONE;
    int at = start;
    while (at < end && !other) {
      if (skip > 0) {
        int passed = Math.min(skip, end - at);
        skip -= passed;
        at += passed;
        continue;
      }
      held[count++] = from.get(at++);
      if (count == HEAD + (type() == GOAWAY && count >= HEAD ? LAST_STREAM : 0)) {
        last = type() == GOAWAY ? number(HEAD) & Integer.MAX_VALUE : last;
        frameEnds();
      }
    }
    return last;
  }

  private void frameEnds() {
    int length = number(0) >>> 8;
    boolean first = !begun;
    begun = true;
    other = first && (type() != SETTINGS || number(HEAD - 4) != 0);
    skip = length - (count - HEAD);
    other |= skip < 0; // a malformed one, which ends the connection
    count = 0;
  }

  private int type() {
    return held[3];
  }

  private int number(int at) {
    return ByteBuffer.wrap(held).getInt(at);
  }
}
