package dev.holdfast.redis;

import dev.holdfast.internal.dial.FirstReply;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The first message of a TLS handshake (RFC 8446, section 4.1.2), which is never finished: a server
 * that is there answers with its own, or says why not.
 */
final class TlsFirstReply implements FirstReply {

  private static final int HANDSHAKE = 22;
  private static final int CLIENT_HELLO = 1;
  private static final int TLS_1_0 = 0x0301;
  private static final int TLS_1_2 = 0x0303;
  private static final int RANDOM_BYTES = 32;

  private static final int[] CIPHERS = {0xc02f, 0xc030, 0xc02b, 0xc02c, 0x009c, 0x009d, 0x002f};

  /** Groups x25519 and secp256r1, uncompressed points, signatures by ECDSA and RSA. */
  private static final int[] EXTENSIONS = {
    0x000a, 6, 4, 0x001d, 0x0017, 0x000b, 2, 0x0100, 0x000d, 10, 8, 0x0403, 0x0804, 0x0401, 0x0501
  };

  @Override
  public ByteBuf probe() {
    ByteBuf hello = Unpooled.buffer();
    hello.writeShort(TLS_1_2);
    byte[] random = new byte[RANDOM_BYTES];
    ThreadLocalRandom.current().nextBytes(random);
    hello.writeBytes(random).writeByte(0);
    writeShorts(hello.writeShort(2 * CIPHERS.length), CIPHERS);
    hello.writeByte(1).writeByte(0);
    writeShorts(hello.writeShort(2 * EXTENSIONS.length), EXTENSIONS);
    ByteBuf message = Unpooled.buffer();
    int length = hello.readableBytes();
    message.writeByte(HANDSHAKE).writeShort(TLS_1_0).writeShort(length + 4);
    message.writeByte(CLIENT_HELLO).writeMedium(length).writeBytes(hello);
    hello.release();
    return message;
  }

  private static void writeShorts(ByteBuf to, int[] numbers) {
    for (int number : numbers) {
      to.writeShort(number);
    }
  }

  @Override
  public Verdict check(ByteBuf firstBytes) {
    return Verdict.ANSWER;
  }
}
