package dev.holdfast.internal.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.holdfast.diagnosis.Cause;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.epoll.EpollSocketChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Errors of sockets in every language. */
@EnabledOnOs(OS.LINUX)
final class ErrnoTest {

  /** {@code strerror} under {@code LANG=de_DE}. */
  private static final Map<Errno, String> GERMAN =
      Map.of(
          Errno.EPIPE, "Datenübergabe unterbrochen (broken pipe)",
          Errno.EADDRINUSE, "Die Adresse wird bereits verwendet",
          Errno.EADDRNOTAVAIL, "Die angeforderte Adresse kann nicht zugewiesen werden",
          Errno.ENETUNREACH, "Das Netzwerk ist nicht erreichbar",
          Errno.ECONNRESET, "Die Verbindung wurde vom Kommunikationspartner zurückgesetzt",
          Errno.ETIMEDOUT, "Die Wartezeit für die Verbindung ist abgelaufen",
          Errno.ECONNREFUSED, "Verbindungsaufbau abgelehnt",
          Errno.EHOSTUNREACH, "Keine Route zum Zielrechner");

  @Test
  void mustTellErrorsByTheirTextInTheHostsLanguage() {
    GERMAN.forEach(
        (errno, text) ->
            assertThat(Errno.in(text + ": /10.0.0.1:6379", GERMAN)).as(text).contains(errno));
    assertThat(GERMAN).containsOnlyKeys(Errno.values());
    assertThat(Errno.in("Connection timed out", GERMAN)).contains(Errno.ETIMEDOUT);
    assertThat(Errno.in("anything else", GERMAN)).isEmpty();
  }

  @Test
  void mustTellErrorsByTheirNumberWhateverTheLanguage() {
    String netty = "recvAddress(..) failed with error(-%d): 接続がタイムアウトしました";
    assertThat(Errno.of(netty.formatted(110))).contains(Errno.ETIMEDOUT);
    assertThat(Errno.of(netty.formatted(111))).contains(Errno.ECONNREFUSED);
    assertThat(Errno.of(netty.formatted(99))).contains(Errno.EADDRNOTAVAIL);
    assertThat(SocketErrors.cause(netty.formatted(110))).isEqualTo(Cause.KERNEL_TIMEOUT);
    assertThat(SocketErrors.cause(netty.formatted(32))).isEqualTo(Cause.PEER_CLOSED);
    assertThat(SocketErrors.cause(netty.formatted(104))).isEqualTo(Cause.PEER_RESET);
  }

  /** What this very kernel, Java and Netty say of a refused connect, in this host's language. */
  @Test
  @SuppressWarnings("deprecation") // of Netty 4.2; 4.1 has no other
  void mustTellARealRefusal() throws Exception {
    EpollEventLoopGroup loops = new EpollEventLoopGroup(1);
    try (Socket deaf = new Socket();
        Socket socket = new Socket()) {
      deaf.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)); // and never listens
      SocketAddress closed = deaf.getLocalSocketAddress();
      assertThat(Errno.of(catchThrowable(() -> socket.connect(closed))))
          .contains(Errno.ECONNREFUSED);
      Throwable refused =
          new Bootstrap()
              .group(loops)
              .channel(EpollSocketChannel.class)
              .handler(new ChannelInboundHandlerAdapter())
              .connect(closed)
              .await()
              .cause();
      assertThat(Errno.of(refused)).as("%s", refused).contains(Errno.ECONNREFUSED);
    } finally {
      loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
  }
}
