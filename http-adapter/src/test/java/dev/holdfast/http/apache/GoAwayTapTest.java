package dev.holdfast.http.apache;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Frames cut anywhere, and what is no HTTP/2. */
final class GoAwayTapTest {

  private static final int SETTINGS = 4;
  private static final int DATA = 0;
  private static final int GOAWAY = 7;

  private static void frame(ByteBuffer into, int type, int stream, byte[] payload) {
    into.put((byte) 0).putShort((short) payload.length).put((byte) type).put((byte) 0);
    into.putInt(stream).put(payload);
  }

  private static byte[] goAway(int last, String debug) {
    byte[] text = debug.getBytes(StandardCharsets.US_ASCII);
    return ByteBuffer.allocate(8 + text.length).putInt(last).putInt(0).put(text).array();
  }

  private static ByteBuffer session() {
    ByteBuffer session = ByteBuffer.allocate(500);
    frame(session, SETTINGS, 0, new byte[12]);
    frame(session, SETTINGS, 0, new byte[0]);
    frame(session, DATA, 1, new byte[] {7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7});
    frame(session, GOAWAY, 0, goAway(0x80000005, "bye"));
    frame(session, DATA, 3, new byte[100]);
    frame(session, GOAWAY, 0, goAway(3, ""));
    return session.flip();
  }

  @Test
  void mustFindEachWhereverTheInputIsCut() {
    for (int step = 1; step < 200; step++) {
      GoAwayTap tap = new GoAwayTap();
      ByteBuffer input = session();
      List<Integer> found = new ArrayList<>();
      for (int at = 0; at < input.limit(); at += step) {
        int last = tap.read(input, at, Math.min(at + step, input.limit()));
        if (last != GoAwayTap.NONE) {
          found.add(last);
        }
      }
      assertThat(found).last().isEqualTo(3);
      if (step < 100) {
        assertThat(found).containsExactly(5, 3);
      }
    }
  }

  @Test
  void mustNotLookIntoWhatIsNoHttp2() {
    GoAwayTap tap = new GoAwayTap();
    byte[] answer = "HTTP/1.1 200 OK\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    assertThat(tap.read(ByteBuffer.wrap(answer), 0, answer.length)).isEqualTo(GoAwayTap.NONE);
    ByteBuffer later = session();
    assertThat(tap.read(later, 0, later.limit())).isEqualTo(GoAwayTap.NONE);
  }
}
