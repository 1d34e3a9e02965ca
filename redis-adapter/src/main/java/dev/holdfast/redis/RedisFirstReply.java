package dev.holdfast.redis;

import dev.holdfast.internal.dial.FirstReply;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;

/**
 * PING, which every Redis and every proxy before one answers, also before AUTH. Sent as an array,
 * not as an inline command: proxies know only that form.
 */
final class RedisFirstReply implements FirstReply {

  private static final byte[] PING = "*1\r\n$4\r\nPING\r\n".getBytes(StandardCharsets.US_ASCII);

  /** Said by a server on accepting a connection it does not want, before it has read anything. */
  private static final byte[][] REFUSALS = {
    "-ERR max number of clients".getBytes(StandardCharsets.US_ASCII),
    "-DENIED".getBytes(StandardCharsets.US_ASCII)
  };

  /** The type bytes of RESP2 and RESP3. */
  private static final String TYPES = "+-:$*_,#!=(%~|>";

  @Override
  public ByteBuf probe() {
    return Unpooled.wrappedBuffer(PING);
  }

  @Override
  public Verdict check(ByteBuf firstBytes) {
    int start = firstBytes.readerIndex();
    if (TYPES.indexOf(firstBytes.getByte(start)) < 0) {
      return Verdict.FOREIGN;
    }
    int end = firstBytes.bytesBefore((byte) '\n');
    if (end < 0) {
      return Verdict.INCOMPLETE;
    }
    if (refuses(firstBytes)) {
      return Verdict.REFUSAL;
    }
    firstBytes.readerIndex(start + end + 1);
    return Verdict.ANSWER;
  }

  private static boolean refuses(ByteBuf said) {
    for (byte[] known : REFUSALS) {
      if (said.readableBytes() >= known.length
          && said.slice(said.readerIndex(), known.length).equals(Unpooled.wrappedBuffer(known))) {
        return true;
      }
    }
    return false;
  }
}
