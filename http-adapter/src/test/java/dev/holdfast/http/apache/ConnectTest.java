package dev.holdfast.http.apache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.diagnosis.Explanation;
import dev.holdfast.dial.ConnectReport;
import dev.holdfast.gate.ConnectOutcome;
import dev.holdfast.gate.EndpointGates;
import dev.holdfast.gate.PortsExhaustedException;
import dev.holdfast.lab.Await;
import dev.holdfast.lab.RefusingPort;
import dev.holdfast.lab.http.Answer;
import dev.holdfast.lab.http.Exchange;
import dev.holdfast.lab.http.FaultServer;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.PortBudget;
import dev.holdfast.path.RequestedSettings;
import dev.holdfast.path.ServerLimits;
import dev.holdfast.usage.MixedUsageException;
import dev.holdfast.usage.Usage;
import dev.holdfast.usage.UsageRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import org.apache.hc.client5.http.HttpHostConnectException;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.io.SocketConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** New connections pass the gate, and what becomes of them is told. */
final class ConnectTest {

  /** More than one a second over the detector's minute. */
  private static final int CLOSES = 150;

  private static Bed bed(FaultServer server, UnaryOperator<ApacheHttpGuardBuilder> guarding) {
    return new Bed(server, Bed.plan(), guarding, pool -> pool, http -> http);
  }

  @Test
  void mustFailARefusedConnectWithTheClientsOwnException() throws Exception {
    FaultServer server = FaultServer.plain();
    try (Bed bed = bed(server, guard -> guard)) {
      List<ConnectReport> reports = new CopyOnWriteArrayList<>();
      bed.guard().onConnect(reports::add);
      server.close();
      try (RefusingPort kept = RefusingPort.at(server.port())) {
        assertThat(kept.port()).isEqualTo(server.port());
        assertThatThrownBy(() -> bed.send("GET", "first"))
            .isInstanceOf(HttpHostConnectException.class);
      }
      assertThat(reports).singleElement().matches(r -> r.outcome() == ConnectOutcome.REFUSED);
    }
  }

  @Test
  void mustReportAConnectThatWorks() throws Exception {
    try (FaultServer server = FaultServer.plain();
        Bed bed = bed(server, guard -> guard)) {
      List<ConnectReport> reports = new CopyOnWriteArrayList<>();
      bed.guard().onConnect(reports::add);
      bed.send("GET", "first");
      assertThat(reports)
          .singleElement()
          .matches(r -> r.outcome() == ConnectOutcome.CONNECTED && r.dials() == 1);
      assertThat(reports.get(0).winnerRttNanos()).isPositive();
    }
  }

  /** What the user has left to the guard is set once the connection is kept. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void mustHaveTheKernelProbeAConnectionThatIsKept() throws Exception {
    SocketConfig none = SocketConfig.custom().setSoKeepAlive(false).build();
    try (FaultServer server = FaultServer.plain();
        Bed bed =
            new Bed(
                server,
                NetworkPath.to(ServerLimits.withIdleTimeout("origin", Duration.ofMinutes(5)))
                    .plan(RequestedSettings.none().keepAliveIdle(Duration.ofSeconds(60))),
                guard -> guard,
                pool -> pool.setDefaultSocketConfig(none),
                http -> http)) {
      HttpClientContext context = HttpClientContext.create();
      bed.send(bed.request("GET", "first"), context);
      var local = (InetSocketAddress) context.getEndpointDetails().getLocalAddress();
      var remote = (InetSocketAddress) context.getEndpointDetails().getRemoteAddress();
      assertThat(timerOf(local.getPort(), remote.getPort())).as("2: keepalive").isEqualTo(2);
    }
  }

  /** Which timer the kernel runs for the socket between two ports; {@code proc_net_tcp.rst}. */
  private static int timerOf(int local, int remote) throws IOException {
    String from = ":%04X".formatted(local);
    String to = ":%04X".formatted(remote);
    for (String table : List.of("/proc/net/tcp6", "/proc/net/tcp")) {
      for (String line : Files.readAllLines(Path.of(table))) {
        String[] columns = line.trim().split("\\s+", -1);
        if (columns[1].endsWith(from) && columns[2].endsWith(to) && columns[3].equals("01")) {
          return Integer.parseInt(columns[5].substring(0, 2), 16);
        }
      }
    }
    return -1;
  }

  @Test
  void mustDialFromTheGivenSourceAddress() throws Exception {
    InetAddress source = InetAddress.getByName("127.0.0.7");
    try (FaultServer server = FaultServer.plain();
        Bed bed = bed(server, guard -> guard.sourceAddresses(source))) {
      HttpClientContext context = HttpClientContext.create();
      bed.send(bed.request("GET", "first"), context);
      assertThat(context.getEndpointDetails().getLocalAddress().toString())
          .startsWith("/127.0.0.7:");
    }
  }

  @Test
  void mustRefuseAConnectBeyondThePortBudget() throws Exception {
    EndpointGates gate =
        EndpointGates.custom().budget(new PortBudget(1, 1, Duration.ofMinutes(2))).build();
    try (FaultServer server = FaultServer.plain();
        Bed bed = bed(server, guard -> guard.gate(gate))) {
      server.always(new Exchange.Answered(Answer.ok()));
      Bed.Answer first = bed.send("GET", "first");
      assertThat(first.status()).isEqualTo(200);
      try (Bed other =
          bed(server, guard -> guard.gate(gate).connectTimeout(Duration.ofMillis(300)))) {
        assertThatThrownBy(() -> other.send("GET", "second"))
            .isInstanceOf(PortsExhaustedException.class);
      }
      assertThat(server.connections()).isEqualTo(1);
    }
  }

  @Test
  void mustRefuseMixedUseOfOneEndpoint() throws Exception {
    UsageRegistry registry = new UsageRegistry();
    try (FaultServer server = FaultServer.plain();
        Bed pooled = bed(server, g -> g.usageRegistry(registry).usage(Usage.LONG_LIVED));
        Bed brief = bed(server, g -> g.usageRegistry(registry).usage(Usage.SHORT_LIVED))) {
      pooled.send("GET", "first");
      assertThatThrownBy(() -> brief.send("GET", "second")).isInstanceOf(MixedUsageException.class);
      assertThat(server.connections()).isEqualTo(1);
      pooled.close();
      assertThat(brief.send("GET", "third").status()).isEqualTo(200);
    }
  }

  @Test
  void mustDiagnoseTheHabitOfClosingAsChurn() throws Exception {
    try (FaultServer server = FaultServer.plain();
        Bed bed = bed(server, guard -> guard)) {
      for (int i = 0; i < CLOSES; i++) {
        var request = bed.request("GET", "r" + i);
        request.addHeader(HttpHeaders.CONNECTION, "close");
        bed.send(request);
      }
      assertThat(server.connections()).isEqualTo(CLOSES);
      Await.until(
          "churn diagnosed",
          Bed.SOON,
          () ->
              bed.diagnoses().stream()
                  .anyMatch(event -> event.what().equals("connections closed young")));
      assertThat(bed.diagnoses().get(0).diagnosis().explanations())
          .doesNotContain(Explanation.UNREACHABLE);
    }
  }
}
