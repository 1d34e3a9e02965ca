package dev.holdfast.internal.gate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.internal.wire.HostCounters;
import dev.holdfast.path.PortBudget;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

final class LocalPortsTest {

  @TempDir Path proc;

  @BeforeEach
  void defaultsOfLinux() throws IOException {
    set("ip_local_port_range", "32768\t60999\n");
    set("ip_local_reserved_ports", "\n");
    set("tcp_tw_reuse", "2\n");
    set("tcp_timestamps", "1\n");
    set("tcp_max_tw_buckets", "131072\n");
  }

  @Test
  void mustReadTheBudgetOfPlainLinux() {
    assertThat(read().budget(1, false)).isEqualTo(PortBudget.LINUX_CLIENT);
    assertThat(read().timeWaitLimit()).isEqualTo(131_072);
    assertThat(read().budget(3, false).sources()).isEqualTo(3);
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void mustReadTheRealFilesWholly() {
    LocalPorts here = LocalPorts.read().orElseThrow();
    assertThat(here.first()).isBetween(1, here.last());
    assertThat(here.last()).isGreaterThan(999); // a sysctl read byte by byte ends after the first
    assertThat(LocalPorts.timeWaitNow()).isPresent();
  }

  @Test
  void mustSubtractReservedPortsInsideTheRangeOnly() throws IOException {
    set("ip_local_reserved_ports", "8080,32760-32769,40000,60990-61010\n");
    assertThat(read().ports()).isEqualTo(28_232 - 2 - 1 - 10);
  }

  @Test
  void mustShortenTheHoldOnLoopbackOnlyWhereReuseIsTwo() {
    assertThat(read().budget(1, true).hold()).isEqualTo(Duration.ofSeconds(1));
    assertThat(read().budget(1, false).hold()).isEqualTo(Duration.ofMinutes(1));
  }

  @Test
  void mustShortenTheHoldEverywhereWhereReuseIsOne() throws IOException {
    set("tcp_tw_reuse", "1\n");
    assertThat(read().budget(1, false).hold()).isEqualTo(Duration.ofSeconds(1));
    set("tcp_tw_reuse_delay", "250\n");
    assertThat(read().budget(1, false).hold()).isEqualTo(Duration.ofMillis(250));
  }

  @Test
  void mustNotCountOnReuseWithoutTimestamps() throws IOException {
    set("tcp_tw_reuse", "1\n");
    set("tcp_timestamps", "0\n");
    assertThat(read().budget(1, true).hold()).isEqualTo(Duration.ofMinutes(1));
  }

  @Test
  void mustPretendNothingWhereThereIsNoProc() throws IOException {
    assertThat(LocalPorts.read(HostCounters.of(proc.resolve("absent")))).isEmpty();
    assertThat(HostCounters.of(proc).timeWait()).isEmpty();
    set("ip_local_port_range", "not ports\n");
    assertThat(LocalPorts.read(HostCounters.of(proc))).isEmpty();
  }

  @Test
  void mustReadTimeWaitFromSockstat() throws IOException {
    Path sockstat = proc.resolve("net/sockstat");
    Files.createDirectories(sockstat.getParent());
    Files.writeString(
        sockstat,
        "sockets: used 14\nTCP: inuse 1 orphan 0 tw 28217 alloc 1 mem 280\nUDP: inuse 0\n");
    assertThat(HostCounters.of(proc).timeWait()).hasValue(28_217);
  }

  private LocalPorts read() {
    return LocalPorts.read(HostCounters.of(proc)).orElseThrow();
  }

  private void set(String name, String value) throws IOException {
    Path file = proc.resolve("sys/net/ipv4").resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, value);
  }
}
