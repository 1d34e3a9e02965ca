package dev.holdfast.http.okhttp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.lab.http.FaultServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.SocketFactory;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How a guard is put into a client, and what it says where that went wrong. */
final class OkHttpInstallTest {

  @Test
  void mustRefuseASecondGuard() {
    OkHttpClient.Builder builder = new OkHttpClient.Builder();
    try (OkHttpGuard guard = OkHttpGuard.create(OkBed.plan())) {
      guard.install(builder);
      assertThatThrownBy(() -> guard.install(builder))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("already installed");
      assertThatThrownBy(() -> guard.install(builder.build().newBuilder()))
          .isInstanceOf(IllegalStateException.class);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"3.14.9", "4.9.3", "4.11.0", "6.0.0", "of unknown version"})
  void mustRefuseAClientThatItDoesNotKnow(String version) {
    assertThatThrownBy(() -> Installation.requireSupportedClient(version))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining(version)
        .hasMessageContaining("4.12");
  }

  @ParameterizedTest
  @ValueSource(strings = {"4.12.0", "4.13.0", "5.0.0-alpha.17", "5.0.0", "5.5.1"})
  void mustTakeAClientThatItKnows(String version) {
    assertThatCode(() -> Installation.requireSupportedClient(version)).doesNotThrowAnyException();
    assertThat(Installation.untried(version)).isEmpty();
  }

  @Test
  void mustWarnOfANewerClient() {
    assertThat(Installation.untried("5.6.0"))
        .hasValueSatisfying(said -> assertThat(said).contains("5.6.0"));
    Installation.requireSupportedClient(Installation.clientVersion());
  }

  @Test
  void mustPingOnlyIfAskedTo() {
    try (OkBed quiet = new OkBed();
        OkBed asked = new OkBed(OkHttpGuardBuilder::pings, client -> client);
        OkBed users =
            new OkBed(
                OkHttpGuardBuilder::pings, client -> client.pingInterval(Duration.ofSeconds(7)))) {
      assertThat(quiet.client().pingIntervalMillis()).isZero();
      assertThat(asked.client().pingIntervalMillis())
          .isEqualTo((int) OkBed.plan().pingPeriod().orElseThrow().toMillis());
      assertThat(users.client().pingIntervalMillis()).isEqualTo(7_000);
    }
  }

  @Test
  void mustSayThatItIsHalfInstalled() throws IOException {
    try (FaultServer server = FaultServer.plain();
        OkBed bed = new OkBed()) {
      assertThat(bed.guard().health().installed()).isTrue();
      OkHttpClient other =
          bed.client().newBuilder().socketFactory(SocketFactory.getDefault()).build();
      OkBed.send(other, OkBed.request("GET", server.uri("/x"), "x").build());
      assertThat(bed.guard().health().installed()).isFalse();
      OkBed.close(other);
    }
  }

  @Test
  void mustPutItsSocketsOverTheUsersOwn() throws IOException {
    AtomicInteger made = new AtomicInteger();
    SocketFactory users = new Counting(made);
    try (FaultServer server = FaultServer.plain();
        OkBed bed = new OkBed(guard -> guard, client -> client.socketFactory(users))) {
      bed.send("GET", server, "x");
      assertThat(made.get()).isEqualTo(1);
      assertThat(bed.guard().open()).isEqualTo(1);
      assertThat(bed.guard().health().installed()).isTrue();
      bed.client().connectionPool().evictAll();
      assertThat(bed.guard().open()).isZero();
    }
  }

  private static final class Counting extends SocketFactory {

    private final AtomicInteger made;

    Counting(AtomicInteger made) {
      this.made = made;
    }

    @Override
    public Socket createSocket() {
      made.incrementAndGet();
      return new Socket();
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
      throw new IOException("not asked for");
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress from, int fromPort)
        throws IOException {
      throw new IOException("not asked for");
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
      throw new IOException("not asked for");
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress from, int fromPort)
        throws IOException {
      throw new IOException("not asked for");
    }
  }
}
