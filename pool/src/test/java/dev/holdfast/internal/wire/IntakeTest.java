package dev.holdfast.internal.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.channel.epoll.Epoll;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a peer that has closed can have taken in, as the kernel tells it. */
final class IntakeTest {

  private static final int FIRST = 10;
  private static final int MORE = 5;
  private static final Duration LONG = Duration.ofSeconds(10);

  private Socket client;
  private Socket server;
  private SocketProbe probe;

  @BeforeEach
  void exchange() throws IOException {
    assumeTrue(Epoll.isAvailable(), "no native epoll");
    try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      client = new Socket(InetAddress.getLoopbackAddress(), listener.getLocalPort());
      server = listener.accept();
    }
    probe = SocketProbe.of(client);
    client.getOutputStream().write(new byte[FIRST]);
    server.getInputStream().readNBytes(FIRST);
  }

  @AfterEach
  void close() throws IOException {
    if (client != null) {
      client.close();
      server.close();
    }
  }

  private void sendMore() throws IOException {
    client.getOutputStream().write(new byte[MORE]);
  }

  private static void until(BooleanSupplier condition) {
    long began = System.nanoTime();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime() - began).isLessThan(LONG.toNanos());
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
    }
  }

  @Test
  void mustSayNothingOfAPeerThatHasNotClosed() throws IOException {
    sendMore();
    assertThat(probe.intake(0)).isEqualTo(Intake.UNKNOWN);
  }

  @Test
  void mustExcludeWhatIsAnsweredByAResetBehindTheFin() throws IOException {
    server.close();
    until(() -> probe.intake(0).most() == FIRST + 1);
    sendMore();
    until(() -> probe.intake(0).ended());
    assertThat(probe.intake(0).excludes(FIRST)).isTrue();
    assertThat(probe.intake(0).excludes(FIRST - MORE)).isFalse();
  }

  /** It may run it, although it can say nothing any more. */
  @Test
  void mustNotExcludeWhatAPeerTakesInThatHasClosedItsOwnDirectionAlone() throws IOException {
    server.shutdownOutput();
    until(() -> probe.intake(0).most() == FIRST + 1);
    sendMore();
    until(() -> probe.intake(0).most() > FIRST + 1);
    assertThat(probe.intake(0).excludes(FIRST)).isFalse();
    assertThat(probe.intake(0).isOpen(FIRST)).isFalse();
    assertThat(server.getInputStream().readNBytes(MORE)).hasSize(MORE);
  }

  @Test
  void mustNotExcludeWhatThePeerHadTakenInBeforeItClosed() throws IOException {
    sendMore();
    server.getInputStream().readNBytes(MORE);
    server.close();
    until(() -> probe.intake(0).most() < Long.MAX_VALUE);
    assertThat(probe.intake(0).excludes(FIRST)).isFalse();
    assertThat(probe.intake(0).isOpen(FIRST)).isFalse();
  }

  @Test
  void mustSayNothingWhileAnAnswerWaitsUnread() throws IOException {
    server.getOutputStream().write(1);
    server.close();
    until(() -> probe.intake(1).most() < Long.MAX_VALUE);
    assertThat(probe.intake(0)).isEqualTo(Intake.UNKNOWN);
  }

  @Test
  void mustSayNothingOfAClosedSocket() throws IOException {
    client.close();
    assertThat(probe.intake(0)).isEqualTo(Intake.UNKNOWN);
  }

  /** What is not acknowledged yet may still arrive. */
  @Test
  void mustExcludeNothingBeforeTheEnd() {
    assertThat(new Intake(FIRST + 1, false).isOpen(FIRST)).isTrue();
    assertThat(new Intake(FIRST + 1, false).excludes(FIRST)).isFalse();
    assertThat(new Intake(FIRST + 1, true).isOpen(FIRST)).isFalse();
    assertThat(new Intake(FIRST + 1, true).excludes(FIRST)).isTrue();
    assertThat(new Intake(FIRST + 2, true).excludes(FIRST)).isFalse();
  }
}
