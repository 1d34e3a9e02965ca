package dev.holdfast.benchmarks.connect;

import dev.holdfast.lab.kernel.Dial;
import dev.holdfast.lab.kernel.Network;
import dev.holdfast.path.Hop;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.ServerLimits;
import java.time.Duration;

/** What a new connection meets on its way. */
public enum Difficulty {
  /** Every other SYN is lost, whatever its port. */
  SYNS_LOST("half of all SYNs lost", Dial.ROUTED, 8, Duration.ofSeconds(10)) {
    @Override
    void begin(Network network) {
      network.dropSynRandomly(50);
    }
  },
  /** Half of the source ports reach nobody, as on one bad link of two. */
  PORTS_LOST("half of the source ports lost", Dial.ROUTED, 8, Duration.ofSeconds(3)) {
    @Override
    void begin(Network network) {
      network.dropSynPinned();
    }
  },
  /** One of a balancer's two servers is not there. */
  ONE_REFUSES("one of two servers refuses", Dial.VIRTUAL, 1, Duration.ofSeconds(10)) {
    @Override
    void prepare(Network network) {
      network.balance();
    }

    @Override
    NetworkPath path() {
      Hop balancer = Hop.named("balancer").idleLimit(Duration.ofHours(1)).balances(true).build();
      return super.path().through(balancer);
    }
  },
  /** A long way, and nothing is lost. */
  LONG_WAY("round trip of 400 ms", Dial.ROUTED, 8, Duration.ofSeconds(10)) {
    @Override
    void prepare(Network network) {
      network.delay(Duration.ofMillis(200));
    }
  },
  /** Nothing answers. */
  DEAD("dead host", Dial.ROUTED, 1, Duration.ofSeconds(2)) {
    @Override
    void begin(Network network) {
      network.blackhole();
    }

    /** After four probes without an answer the gate refuses at once. */
    @Override
    public int connects(int wanted) {
      return Math.min(wanted, 3);
    }
  };

  private final String label;
  private final Dial dial;
  private final int callers;
  private final Duration timeout;

  Difficulty(String label, Dial dial, int callers, Duration timeout) {
    this.label = label;
    this.dial = dial;
    this.callers = callers;
    this.timeout = timeout;
  }

  /**
   * The words for people.
   *
   * @return a few words
   */
  public String label() {
    return label;
  }

  /**
   * How many of the wanted connects make sense.
   *
   * @param wanted connects wanted of each contender
   * @return at most as many
   */
  public int connects(int wanted) {
    return wanted;
  }

  String address() {
    return dial.address();
  }

  /**
   * How many threads connect at once.
   *
   * @return at least 1
   */
  public int callers() {
    return callers;
  }

  Duration timeout() {
    return timeout;
  }

  NetworkPath path() {
    return NetworkPath.to(ServerLimits.withIdleTimeout("server", Duration.ofMinutes(5)));
  }

  /** Before anyone has connected. */
  void prepare(Network network) {}

  /** Once each contender has connected once, undisturbed. */
  void begin(Network network) {}
}
