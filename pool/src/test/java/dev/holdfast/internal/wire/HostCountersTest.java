package dev.holdfast.internal.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.internal.diagnosis.CounterDelta;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What the kernel says of this host. */
final class HostCountersTest {

  private static void write(Path proc, long resets, long filtered) throws IOException {
    Files.createDirectories(proc.resolve("net"));
    Files.writeString(
        proc.resolve("net/snmp"),
        """
        Ip: Forwarding DefaultTTL
        Ip: 1 64
        Tcp: MaxConn OutRsts
        Tcp: -1 %d
        """
            .formatted(resets));
    Files.writeString(
        proc.resolve("net/netstat"),
        """
        TcpExt: IPReversePathFilter TCPTimeWaitOverflow
        TcpExt: %d 5
        """
            .formatted(filtered));
    Files.writeString(
        proc.resolve("net/sockstat"),
        """
        sockets: used 17
        TCP: inuse 1 orphan 2 tw 299 alloc 3 mem 242
        """);
  }

  @Test
  void mustTellHowMuchCountersRose(@TempDir Path proc) throws IOException {
    HostCounters host = HostCounters.of(proc);
    write(proc, 7, 0);
    HostReading before = host.read().orElseThrow();
    write(proc, 9, 4);
    HostReading after = host.read().orElseThrow();
    assertThat(after.timeWait()).hasValue(299);
    assertThat(after.counter("Tcp.MaxConn")).hasValue(-1);
    assertThat(after.since(before))
        .isEqualTo(
            new CounterDelta(
                OptionalLong.of(2), OptionalLong.of(4), OptionalLong.of(0), OptionalLong.empty()));
  }

  @Test
  void mustReadTheSameEvidenceAloneAsAmongAllCounters(@TempDir Path proc) throws IOException {
    HostCounters host = HostCounters.of(proc);
    write(proc, 7, 3);
    assertThat(host.evidence().orElseThrow().counters())
        .isEqualTo(host.read().orElseThrow().evidence().counters())
        .containsEntry("Tcp.OutRsts", 7L)
        .hasSize(3);
  }

  @Test
  void mustReadNothingWhereThereIsNothing(@TempDir Path empty) {
    HostCounters host = HostCounters.of(empty.resolve("proc"));
    assertThat(host.read()).isEmpty();
    assertThat(host.setting("net.ipv4.tcp_keepalive_time")).isEmpty();
    assertThat(host.number("net.ipv4.tcp_keepalive_time")).isEmpty();
  }

  @Test
  void mustReadNumbersAndTextsAsTheyAre(@TempDir Path proc) throws IOException {
    Path ipv4 = Files.createDirectories(proc.resolve("sys/net/ipv4"));
    Files.writeString(ipv4.resolve("tcp_keepalive_time"), "7200\n");
    Files.writeString(ipv4.resolve("ip_local_port_range"), "32768\t60999\n");
    Path vlan = Files.createDirectories(ipv4.resolve("conf/eth0.100"));
    Files.writeString(vlan.resolve("rp_filter"), "2\n");
    HostCounters host = HostCounters.of(proc);
    assertThat(host.number("net.ipv4.conf.eth0/100.rp_filter")).hasValue(2);
    assertThat(host.number("net.ipv4.tcp_keepalive_time")).hasValue(7_200);
    assertThat(host.setting("net.ipv4.ip_local_port_range")).contains("32768\t60999");
    assertThat(host.number("net.ipv4.ip_local_port_range")).isEmpty();
  }

  /**
   * Of every setting of this kernel that can be read, what {@code cat} reads: of the whole list, so
   * that no reader is tested on one lucky file.
   */
  @Test
  @EnabledOnOs(OS.LINUX)
  void mustReadEverySysctlOfThisHostAsOthersDo() throws Exception {
    Path ipv4 = Path.of("/proc/sys/net/ipv4");
    HostCounters host = HostCounters.ofThisHost();
    Map<String, String> wrong = new TreeMap<>();
    int compared = 0;
    try (Stream<Path> all = Files.list(ipv4)) {
      for (Path file : all.filter(Files::isRegularFile).filter(Files::isReadable).toList()) {
        String name = file.getFileName().toString();
        Optional<String> expected = cat(file);
        Optional<String> read = host.setting("net.ipv4." + name);
        compared += expected.isPresent() ? 1 : 0;
        if (!expected.equals(read) && !cat(file).equals(read)) {
          wrong.put(name, "read %s, cat %s".formatted(read, expected));
        }
      }
    }
    assertThat(wrong).isEmpty();
    assertThat(compared).isGreaterThan(5);
    assertThat(host.number("net.ipv4.tcp_keepalive_time").orElseThrow())
        .isEqualTo(Long.parseLong(cat(ipv4.resolve("tcp_keepalive_time")).orElseThrow()));
    assertThat(host.setting("net.ipv4.ip_local_port_range").orElseThrow().split("\\s+")).hasSize(2);
  }

  private static Optional<String> cat(Path file) throws Exception {
    Process cat = new ProcessBuilder("cat", file.toString()).redirectErrorStream(true).start();
    String text = new String(cat.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    return cat.waitFor() == 0 ? Optional.of(text) : Optional.empty();
  }

  /** A closed connection with unread input answers with an RST, which this kernel counts. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void mustCountAResetOfThisHost() throws IOException {
    HostCounters host = HostCounters.ofThisHost();
    HostReading before = host.read().orElseThrow();
    InetAddress loopback = InetAddress.getLoopbackAddress();
    try (ServerSocket server = new ServerSocket(0, 1, loopback);
        Socket client = new Socket()) {
      client.connect(new InetSocketAddress(loopback, server.getLocalPort()));
      try (Socket accepted = server.accept()) {
        accepted.setSoTimeout(5_000);
        client.getOutputStream().write(new byte[2]);
        assertThat(accepted.getInputStream().read()).as("one of two bytes").isZero();
      }
    }
    assertThat(host.read().orElseThrow().since(before).outResets().orElseThrow()).isPositive();
  }
}
