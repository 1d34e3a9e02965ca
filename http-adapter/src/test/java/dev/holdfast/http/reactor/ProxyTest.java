package dev.holdfast.http.reactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.internal.socket.DialledName;
import dev.holdfast.lab.Await;
import dev.holdfast.lab.http.Ending;
import dev.holdfast.lab.http.Exchange;
import dev.holdfast.lab.http.FaultServer;
import dev.holdfast.lab.http.ForwardProxy;
import dev.holdfast.retry.AmbiguousOutcomeException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;
import reactor.netty.transport.ProxyProvider;

/** Through a forward proxy: the tunnel's own bytes are no request's. */
final class ProxyTest {

  private static HttpBed bed(ForwardProxy proxy) {
    return bed(proxy, "127.0.0.1");
  }

  private static HttpBed bed(ForwardProxy proxy, String host) {
    return new HttpBed(
        HttpBed.plan(),
        settings -> settings,
        client ->
            client.proxy(
                settings -> settings.type(ProxyProvider.Proxy.HTTP).host(host).port(proxy.port())));
  }

  @Test
  void mustLeaveAProxyThatItsNameHasLeft() throws UnknownHostException {
    try (FaultServer server = FaultServer.plain();
        ForwardProxy proxy = ForwardProxy.start();
        HttpBed bed = bed(proxy, "localhost")) {
      assertThat(bed.post(server.uri("/first"), "x")).isEqualTo("200 /first");
      InetAddress local = InetAddress.getByName("localhost");
      bed.guard.left(new DialledName("elsewhere", Lease.OF_PROXIES, local));
      assertThat(bed.post(server.uri("/second"), "x")).isEqualTo("200 /second");
      assertThat(proxy.tunnels()).as("another name").isEqualTo(1);
      bed.guard.left(new DialledName("localhost", Lease.OF_PROXIES, local));
      assertThat(bed.post(server.uri("/third"), "x")).isEqualTo("200 /third");
      assertThat(proxy.tunnels()).isEqualTo(2);
    }
  }

  @Test
  void mustTellWhatWasSentFromTheTunnelItself() {
    try (FaultServer server = FaultServer.plain();
        ForwardProxy proxy = ForwardProxy.start();
        HttpBed bed = bed(proxy)) {
      assertThat(bed.get(server.uri("/first"))).isEqualTo("200 /first");
      Await.idle(HttpBed.IDLE);
      assertThat(bed.post(server.uri("/second"), "x")).isEqualTo("200 /second");
      assertThat(proxy.tunnels()).isEqualTo(1);
      server.next(new Exchange.Unanswered(Ending.FIN));
      assertThat(bed.get(server.uri("/read"))).isEqualTo("200 /read");
      assertThat(proxy.tunnels()).isEqualTo(2);
      server.next(new Exchange.Unanswered(Ending.FIN));
      assertThatThrownBy(() -> bed.post(server.uri("/write"), "x"))
          .satisfies(thrown -> assertThat(AmbiguousOutcomeException.in(thrown)).isPresent());
      assertThat(server.executions("/write")).isEqualTo(1);
    }
  }
}
