package dev.holdfast.internal.dial;

import dev.holdfast.internal.dial.FirstReply.Verdict;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;

/** Collects what a server says first until it can be judged. Not thread-safe. */
final class ReplyReader {

  /** No protocol's answer to a probe is longer; what goes on without end is none. */
  private static final int LONGEST = 1024;

  private static final int QUOTED = 60;

  private final FirstReply expected;
  private final ByteBuf said;
  private Verdict verdict = Verdict.INCOMPLETE;

  ReplyReader(FirstReply expected, ByteBufAllocator alloc) {
    this.expected = expected;
    this.said = alloc.directBuffer(LONGEST);
  }

  /** For a reader that fills the buffer itself; {@link #judge} then. */
  ByteBuf buffer() {
    return said;
  }

  /** Takes over the buffer. */
  void read(ByteBuf bytes) {
    said.writeBytes(bytes);
    bytes.release();
    judge();
  }

  Verdict judge() {
    if (verdict == Verdict.INCOMPLETE && said.isReadable()) {
      verdict = expected.check(said);
      if (verdict == Verdict.INCOMPLETE && said.readableBytes() >= LONGEST) {
        verdict = Verdict.FOREIGN;
      }
    }
    return verdict;
  }

  Verdict verdict() {
    return verdict;
  }

  /** What is not the answer; the caller's to release. */
  ByteBuf rest() {
    return said;
  }

  void release() {
    said.release();
  }

  /** The start of what was said, for people. */
  String quote() {
    String start =
        said.toString(
            said.readerIndex(),
            Math.min(QUOTED, said.readableBytes()),
            StandardCharsets.ISO_8859_1);
    return start.strip().replaceAll("[^ -~]", ".");
  }
}
