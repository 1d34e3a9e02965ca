package dev.holdfast.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.examples.Finding.Level;
import dev.holdfast.internal.wire.HostCounters;
import dev.holdfast.internal.wire.HostReading;
import dev.holdfast.lab.RedisServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** What is unsafe in a host's and a server's settings. */
final class DoctorTest {

  private static Doctor doctor(Map<String, String> settings, long timeWait) {
    return new Doctor(
        name -> Optional.ofNullable(settings.get(name)),
        Optional.of(
            new HostReading(
                0, Map.of("TcpExt.IPReversePathFilter", 4L), OptionalLong.of(timeWait))));
  }

  private static List<Finding> onServer(Duration idleTimeout) {
    return doctor(Map.of(), 0)
        .onServer(
            new ServerFacts(
                "redis", Optional.of(idleTimeout), Optional.empty(), Optional.empty(), ""));
  }

  private static Finding about(List<Finding> findings, String what) {
    return findings.stream().filter(f -> f.what().contains(what)).findFirst().orElseThrow();
  }

  /** Incident A, before it happens. */
  @Test
  void mustCallATimeoutUnsafeThatIsNotBelowTheUnacknowledgedLimit() {
    Finding finding = onServer(Duration.ofMinutes(5)).get(0);
    assertThat(finding.level()).isEqualTo(Level.UNSAFE);
    assertThat(finding.why()).contains("azure-lb 240 s", "linux-conntrack 300 s");
    assertThat(finding.fix()).contains("lower it below 238 s").contains("ping every <= 79 s");
  }

  @Test
  void mustAcceptATimeoutBelowEveryCommonLimit() {
    Finding finding = onServer(Duration.ofSeconds(100)).get(0);
    assertThat(finding.level()).isEqualTo(Level.OK);
    assertThat(finding.fix()).contains("ping every <= 32 s").contains("longer than 90 s");
  }

  @Test
  void mustNotTakeAnUnknownTimeoutForNone() {
    List<Finding> findings = doctor(Map.of(), 0).onServer(ServerFacts.unknown("it is silent"));
    assertThat(findings).hasSize(1);
    assertThat(findings.get(0).level()).isEqualTo(Level.UNKNOWN);
    assertThat(onServer(Duration.ZERO).get(0).level()).isEqualTo(Level.NOTE);
  }

  @Test
  void mustExamineTheHost() {
    List<Finding> findings =
        doctor(
                Map.of(
                    "net.ipv4.tcp_keepalive_time", "7200",
                    "net.ipv4.tcp_retries2", "15",
                    "net.ipv4.ip_local_port_range", "32768\t60999",
                    "net.ipv4.tcp_max_tw_buckets", "8192",
                    "net.ipv4.conf.all.rp_filter", "1",
                    "net.netfilter.nf_conntrack_count", "3",
                    "net.netfilter.nf_conntrack_tcp_timeout_established", "432000",
                    "net.netfilter.nf_conntrack_tcp_timeout_unacknowledged", "300"),
                8_192)
            .onHost();
    assertThat(about(findings, "tcp_keepalive_time 7200").level()).isEqualTo(Level.UNSAFE);
    assertThat(about(findings, "tcp_retries2").why()).contains("924 s");
    assertThat(about(findings, "28232 local ports").why()).contains("471 new connections");
    assertThat(about(findings, "8192 of 8192 TIME_WAIT").level()).isEqualTo(Level.UNSAFE);
    assertThat(about(findings, "rp_filter 1").level()).isEqualTo(Level.NOTE);
    assertThat(about(findings, "tracks connections").fix())
        .contains("--hop linux-conntrack:idle=432000s,unacknowledged=300s");
    assertThat(about(findings, "IPReversePathFilter 4").level()).isEqualTo(Level.NOTE);
  }

  @Test
  void mustAcceptAQuietHostAndSayWhenItKnowsNothing() {
    assertThat(doctor(Map.of("net.ipv4.tcp_keepalive_time", "60"), 0).onHost())
        .noneMatch(finding -> finding.level() == Level.UNSAFE);
    assertThat(new Doctor(name -> Optional.empty(), Optional.empty()).onHost())
        .allMatch(finding -> finding.level() == Level.UNKNOWN);
  }

  @Test
  void mustAskRedisForItsSettings() {
    try (RedisServer redis = RedisServer.builder().idleTimeout(Duration.ofSeconds(7)).start()) {
      ServerFacts facts = new ServerQuestion("127.0.0.1", redis.port()).ask();
      assertThat(facts.protocol()).isEqualTo("redis");
      assertThat(facts.idleTimeout()).contains(Duration.ofSeconds(7));
      assertThat(facts.keepAlive()).isPresent();
      redis.command("ACL", "SETUSER", "default", "-config");
      ServerFacts refused = new ServerQuestion("127.0.0.1", redis.port()).ask();
      assertThat(refused.idleTimeout()).isEmpty();
      assertThat(refused.silence()).contains("does not let");
      redis.command("ACL", "SETUSER", "default", "+config");
      assertThat(run("127.0.0.1:" + redis.port())).contains("(redis)", "idle timeout 7 s");
    }
  }

  private static String run(String address) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PrintStream print = new PrintStream(out, true, StandardCharsets.UTF_8);
    assertThat(Main.run(List.of("doctor", address), print, print)).isBetween(0, 1);
    return out.toString(StandardCharsets.UTF_8);
  }

  @Test
  void mustReadTheKeepAliveHeaderOfAnHttpServer() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      Thread peer = new Thread(() -> answerTwice(server), "http");
      peer.start();
      ServerFacts facts = new ServerQuestion("127.0.0.1", server.getLocalPort()).ask();
      assertThat(facts.protocol()).isEqualTo("http");
      assertThat(facts.advertised()).contains(Duration.ofSeconds(5));
      peer.join(5_000);
    }
  }

  private static void answerTwice(ServerSocket server) {
    for (int i = 0; i < 2; i++) {
      try (Socket socket = server.accept()) {
        byte[] request = new byte[4_096];
        boolean http = socket.getInputStream().read(request) > 0 && request[0] == 'H';
        String answer =
            http
                ? "HTTP/1.1 200 OK\r\nKeep-Alive: timeout=5, max=100\r\n\r\n"
                : "HTTP/1.1 400 Bad Request\r\n\r\n";
        socket.getOutputStream().write(answer.getBytes(StandardCharsets.ISO_8859_1));
      } catch (IOException closed) {
        return;
      }
    }
  }

  @Test
  void mustSayThatAServerDoesNotAnswer() throws IOException {
    try (Socket deaf = new Socket()) {
      deaf.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)); // and never listens
      ServerFacts facts = new ServerQuestion("127.0.0.1", deaf.getLocalPort()).ask();
      assertThat(facts.silence()).contains("does not answer");
    }
  }

  @Test
  void mustRefuseWhatIsNoAddress() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PrintStream print = new PrintStream(out, true, StandardCharsets.UTF_8);
    for (String wrong : List.of("redis", "redis:", ":6379", "redis:0", "redis:port")) {
      assertThat(Main.run(List.of("doctor", wrong), print, print)).as(wrong).isEqualTo(2);
    }
    assertThat(Main.run(List.of("doctor"), print, print)).isEqualTo(2);
  }

  /** On this very host: what other readers of the same files say. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void mustSayOfThisHostWhatItsKernelSays() throws Exception {
    HostCounters host = HostCounters.ofThisHost();
    List<Finding> findings = new Doctor(host::setting, host.read()).onHost();
    String keepAlive = cat("tcp_keepalive_time");
    assertThat(about(findings, "tcp_keepalive_time").what()).endsWith(" " + keepAlive + " s");
    assertThat(about(findings, "tcp_keepalive_time").level())
        .isEqualTo(Long.parseLong(keepAlive) >= 240 ? Level.UNSAFE : Level.OK);
    String[] range = cat("ip_local_port_range").split("\\s+", -1);
    int ports = Integer.parseInt(range[1]) - Integer.parseInt(range[0]) + 1;
    assertThat(about(findings, "local ports").what()).startsWith(ports + " ");
    Finding timeWait = about(findings, "TIME_WAIT");
    assertThat(timeWait.what()).contains(" of " + cat("tcp_max_tw_buckets") + " TIME_WAIT");
  }

  @Test
  void mustTakeReservedPortsAndEachInterfacesFilterForWhatTheyAre() {
    Map<String, String> kernel =
        Map.of(
            "net.ipv4.ip_local_port_range", "32768\t60999",
            "net.ipv4.ip_local_reserved_ports", "40000-49999,8080",
            "net.ipv4.conf.all.rp_filter", "0",
            "net.ipv4.conf.eth0.rp_filter", "2",
            "net.ipv4.conf.eth1.rp_filter", "1",
            "net.ipv4.conf.eth0/100.rp_filter", "1"); // as sysctl writes eth0.100
    List<Finding> findings =
        new Doctor(
                name -> Optional.ofNullable(kernel.get(name)),
                Optional.empty(),
                List.of("eth0", "eth1", "eth0.100"))
            .onHost();
    assertThat(about(findings, "18232 local ports, 10000 more are reserved").why())
        .contains("304 new connections a second");
    assertThat(about(findings, "rp_filter 1 on eth1, eth0.100").level()).isEqualTo(Level.NOTE);
  }

  @Test
  void mustReadTheLargestNumberOfASysctl() {
    List<Finding> findings =
        new Doctor(
                name ->
                    Optional.of("2147483647").filter(most -> name.endsWith("tcp_max_tw_buckets")),
                Optional.of(new HostReading(0, Map.of(), OptionalLong.of(5))))
            .onHost();
    assertThat(about(findings, "5 of 2147483647 TIME_WAIT").level()).isEqualTo(Level.OK);
  }

  private static String cat(String setting) throws Exception {
    Process cat = new ProcessBuilder("cat", "/proc/sys/net/ipv4/" + setting).start();
    return new String(cat.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
  }
}
