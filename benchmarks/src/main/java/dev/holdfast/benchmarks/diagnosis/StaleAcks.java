package dev.holdfast.benchmarks.diagnosis;

import dev.holdfast.benchmarks.diagnosis.Subject.Visit;
import dev.holdfast.diagnosis.Diagnosis;
import dev.holdfast.lab.RedisServer;
import dev.holdfast.lab.kernel.Dial;
import dev.holdfast.lab.kernel.Network;
import dev.holdfast.lab.kernel.StaleTimeWaits;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Connects whose SYN is answered with the acknowledgement of an old connection. */
final class StaleAcks {

  private static final int FIRST_PORT = 30_000;

  private StaleAcks() {}

  /** The client's reset ends the TIME_WAIT and its kernel repeats the SYN at once. */
  static List<Optional<Diagnosis>> repeatedAtOnce(Bed bed) throws Exception {
    return visits(bed, false, 512, 2);
  }

  /**
   * RFC 1337: the TIME_WAIT outlives the reset, and only another port helps. Where the kernel draws
   * each port's timestamp anew one visit in 32 meets a bad port, and those of the first half second
   * are not counted; three in four ports miss all bad ones less than once in a thousand million.
   */
  static List<Optional<Diagnosis>> protectedTimeWait(Bed bed) throws Exception {
    return visits(bed, true, 1024, 8);
  }

  /**
   * @param ports shared ones, most of which are used once
   * @param oneIn one port in so many, and its odd neighbour, is in TIME_WAIT
   */
  private static List<Optional<Diagnosis>> visits(Bed bed, boolean rfc1337, int ports, int oneIn)
      throws Exception {
    int most = ports / 4 * 3;
    Network network = bed.network();
    RedisServer redis = network.redis();
    network.server(0).rfc1337(rfc1337);
    String unlucky = new StaleTimeWaits(FIRST_PORT, ports, oneIn).leave(network, redis);
    InetAddress source = InetAddress.getByName(unlucky);
    bed.guarding(builder -> builder.sourceAddresses(source));
    List<Optional<Diagnosis>> said = new ArrayList<>();
    Subject subject = bed.subject(Dial.ROUTED, redis);
    for (int i = 0; i < most && said.size() < bed.runs(); i++) {
      long before = StaleTimeWaits.answers(network);
      Visit visit = subject.visit();
      if (StaleTimeWaits.answers(network) > before) {
        said.add(visit.diagnosis());
      }
    }
    if (said.size() < bed.runs()) {
      throw new IllegalStateException(
          "%d of %d connects met a TIME_WAIT".formatted(said.size(), most));
    }
    return said;
  }
}
