package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.internal.dial.FirstReply.Verdict;
import dev.holdfast.lab.RedisServer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RedisFirstReplyTest {

  private final RedisFirstReply redis = new RedisFirstReply();

  private static ByteBuf said(String text) {
    return Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "+PONG\r\n",
        "-NOAUTH Authentication required.\r\n",
        "-NOPERM no permissions\r\n",
        "-LOADING Redis is loading the dataset in memory\r\n",
        "-MASTERDOWN Link with MASTER is down\r\n"
      })
  void mustTakeEveryAnswerOfARedisAndNoMore(String answer) {
    ByteBuf bytes = said(answer + "+next\r\n");
    assertThat(redis.check(bytes)).isEqualTo(Verdict.ANSWER);
    assertThat(bytes.toString(StandardCharsets.US_ASCII)).isEqualTo("+next\r\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"+", "+PON", "-NOAUTH Authentication required.\r"})
  void mustWaitForTheWholeLine(String start) {
    ByteBuf bytes = said(start);
    assertThat(redis.check(bytes)).isEqualTo(Verdict.INCOMPLETE);
    assertThat(bytes.readerIndex()).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"H", "HTTP/1.1 400 Bad Request\r\n", "SSH-2.0-x\r\n", "220 smtp\r\n", "J\0\0\0"})
  void mustRecognizeOtherProtocolsByTheirFirstByte(String other) {
    assertThat(redis.check(said(other))).isEqualTo(Verdict.FOREIGN);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-ERR max number of clients reached\r\n",
        "-DENIED Redis is in protected mode\r\n"
      })
  void mustKnowARefusalInTheServersOwnWords(String refusal) {
    ByteBuf bytes = said(refusal);
    assertThat(redis.check(bytes)).isEqualTo(Verdict.REFUSAL);
    assertThat(bytes.readerIndex()).isZero();
  }

  @Test
  void mustAskWhatARealRedisAnswersBeforeAuthentication() throws Exception {
    try (RedisServer server = RedisServer.start()) {
      server.command("CONFIG", "SET", "requirepass", "secret");
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
        ByteBuf probe = redis.probe();
        probe.readBytes(socket.getOutputStream(), probe.readableBytes());
        InputStream in = socket.getInputStream();
        byte[] first = in.readNBytes("-NOAUTH Authentication required.\r\n".length());
        assertThat(redis.check(Unpooled.wrappedBuffer(first))).isEqualTo(Verdict.ANSWER);
      }
    }
  }
}
