package dev.holdfast.http.apache.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.connect.ConnectReport;
import dev.holdfast.lab.NginxServer;
import dev.holdfast.lab.kernel.Dial;
import dev.holdfast.lab.kernel.KernelLab;
import dev.holdfast.lab.kernel.Network;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.junit.jupiter.api.Test;

/** SYNs from half of all source ports are lost for good: the kernel repeats them in vain. */
@KernelLab
final class LostDialTest {

  private static final int CONNECTS = 24;

  private static int failed(Network network, List<ConnectReport> reports) throws IOException {
    NginxServer nginx = network.nginx(0, builder -> builder);
    network.dropSynPinned();
    int failed = 0;
    try (KernelClient client = KernelClient.guarded(Dial.ROUTED, nginx)) {
      for (int i = 0; i < CONNECTS; i++) {
        try {
          client.send("HEAD", "r" + i);
        } catch (ConnectTimeoutException lost) {
          failed++;
        }
      }
      reports.addAll(client.connects());
    }
    return failed;
  }

  @Test
  void mustDialAgainFromAnotherPort(Network network) throws Exception {
    List<ConnectReport> reports = new ArrayList<>();
    int failed = failed(network, reports);
    System.out.printf(
        "[kernel-lab] half of the ports lost: %d of %d failed, longest connect %d ms%n",
        failed, CONNECTS, reports.stream().mapToLong(r -> r.nanos() / 1_000_000).max().orElse(-1));
    assertThat(failed).isLessThanOrEqualTo(3);
    assertThat(reports).anyMatch(report -> report.dials() > 1);
  }
}
