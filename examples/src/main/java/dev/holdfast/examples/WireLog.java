package dev.holdfast.examples;

import dev.holdfast.examples.Moment.Lane;
import dev.holdfast.examples.Moment.Tone;
import dev.holdfast.lab.kernel.Capture;
import dev.holdfast.lab.kernel.Dial;
import dev.holdfast.lab.kernel.Network;
import dev.holdfast.lab.kernel.Segment;
import dev.holdfast.lab.kernel.Segment.Flag;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** The segments at the client's interface, as the lower lanes of a timeline and as evidence. */
final class WireLog implements AutoCloseable {

  /** Segments of one kind that follow each other closer than this are one mark. */
  private static final long ONE_MARK_NANOS = 30_000_000;

  private static final Set<String> DIALLED =
      Set.of(Dial.ROUTED.address(), Dial.ROUTER.address(), Dial.VIRTUAL.address());

  private final Timeline timeline;
  private final Capture capture;

  WireLog(Network network, Timeline timeline) {
    this.timeline = timeline;
    this.capture = network.capture();
  }

  /** The longest time in which no segment passed on any flow of these client ports. */
  Duration longestGap(Set<Integer> clientPorts) {
    Map<Integer, Instant> last = new HashMap<>();
    Duration longest = Duration.ZERO;
    for (Segment segment : capture.segments()) {
      int port = clientPort(segment);
      if (clientPorts.contains(port)) {
        Instant before = last.put(port, segment.time());
        if (before != null) {
          Duration gap = Duration.between(before, segment.time());
          longest = gap.compareTo(longest) > 0 ? gap : longest;
        }
      }
    }
    return longest;
  }

  /** How many SYNs were answered by an ACK that is no SYN-ACK. */
  long staleAnswers() {
    Set<Integer> opening = new HashSet<>();
    long count = 0;
    for (Segment segment : capture.segments()) {
      int port = clientPort(segment);
      if (fromClient(segment) && segment.is(Flag.SYN)) {
        opening.add(port);
      } else if (!fromClient(segment) && opening.remove(port) && segment.is(Flag.ACK)) {
        count++;
      }
    }
    return count;
  }

  /** Puts what was carried so far on the timeline, each segment to the party it belongs to. */
  void tell(List<Party> parties) {
    List<Run> runs = new ArrayList<>();
    Map<String, Run> open = new HashMap<>();
    for (Segment segment : capture.segments()) {
      long at = timeline.nanosAt(segment.time());
      String kind = kind(segment);
      Optional<Party> party = party(parties, clientPort(segment), at);
      if (!kind.isEmpty() && party.isPresent()) {
        String mode = party.get().mode();
        Run run = open.get(mode + kind);
        if (run == null || at - run.lastNanos > ONE_MARK_NANOS) {
          run = new Run(mode, kind, at);
          open.put(mode + kind, run);
          runs.add(run);
        }
        run.add(at);
      }
    }
    runs.forEach(run -> timeline.add(run.moment()));
  }

  private static Optional<Party> party(List<Party> parties, int port, long at) {
    Stream<Party> byPort = parties.stream().filter(party -> party.localPorts().contains(port));
    // A connect that failed has told nobody its port.
    Stream<Party> byTime = parties.stream().filter(party -> party.calledAt(at));
    return Stream.concat(byPort, byTime).findFirst();
  }

  private static boolean fromClient(Segment segment) {
    return DIALLED.contains(segment.destination());
  }

  private static int clientPort(Segment segment) {
    return fromClient(segment) ? segment.sourcePort() : segment.destinationPort();
  }

  private static String kind(Segment segment) {
    String who = fromClient(segment) ? "client" : "server or router";
    Set<Flag> flags = segment.flags();
    if (flags.contains(Flag.RST)) {
      return "RST by " + who;
    }
    if (flags.contains(Flag.SYN)) {
      return flags.contains(Flag.ACK) ? "SYN-ACK" : "SYN";
    }
    if (flags.contains(Flag.FIN)) {
      return "FIN by " + who;
    }
    return segment.payloadLength() > 0 ? "data by " + who : "";
  }

  @Override
  public void close() {
    capture.close();
  }

  /** Segments of one kind in quick succession. */
  private static final class Run {
    private final String mode;
    private final String kind;
    private final long firstNanos;
    private long lastNanos;
    private int count;

    Run(String mode, String kind, long firstNanos) {
      this.mode = mode;
      this.kind = kind;
      this.firstNanos = firstNanos;
    }

    void add(long at) {
      lastNanos = at;
      count++;
    }

    Moment moment() {
      Tone tone = kind.startsWith("RST") ? Tone.BAD : Tone.PLAIN;
      return new Moment(
          firstNanos, mode, Lane.CARRIED, tone, count == 1 ? kind : count + " × " + kind);
    }
  }
}
