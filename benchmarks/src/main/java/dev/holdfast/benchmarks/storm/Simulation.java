package dev.holdfast.benchmarks.storm;

import dev.holdfast.gate.StormPolicy;
import java.util.BitSet;
import java.util.SplittableRandom;

/** One storm, one contender. Deterministic: the same seed gives the same outcome. */
public final class Simulation {
  private static final int ASK = 0;
  private static final int SYN = 1;
  private static final int CONNECTED = 2;
  private static final int TIMED_OUT = 3;
  private static final int SILENT = 4;

  private final Storm storm;
  private final Balancer balancer;
  private final EventHeap events = new EventHeap();
  private final Reconnect reconnect;
  private final long[] dialledAt;
  private final BitSet lost = new BitSet();
  private final BitSet served = new BitSet();
  private final PerSecond syns = new PerSecond();
  private final PerSecond dials = new PerSecond();

  private long now;
  private int connected;
  private long half;
  private long nearlyAll;
  private int clients;
  private long nearlyEveryClient;

  private Simulation(Storm storm, Contender contender, StormPolicy policy) {
    this.storm = storm;
    this.balancer = new Balancer(storm);
    this.dialledAt = new long[storm.total()];
    SplittableRandom random = new SplittableRandom(storm.seed());
    this.reconnect = contender.create(storm, policy, () -> 1_000 * now, random.split());
    for (int connection = 0; connection < storm.total(); connection++) {
      events.add(random.nextLong(Storm.DETECTION), connection, ASK);
    }
  }

  /**
   * Runs it to the end.
   *
   * @param storm what happens
   * @param contender who comes back
   * @param policy of the gate, if that is the contender
   * @return how it went
   */
  public static Outcome run(Storm storm, Contender contender, StormPolicy policy) {
    return new Simulation(storm, contender, policy).run();
  }

  private Outcome run() {
    while (!events.isEmpty() && now < Storm.LONGEST) {
      long event = events.poll();
      now = EventHeap.time(event);
      int connection = EventHeap.connection(event);
      switch (EventHeap.kind(event)) {
        case ASK -> ask(connection);
        case SYN -> syn(connection);
        case CONNECTED -> connected(connection);
        case SILENT -> reconnect.silent(connection);
        default -> again(connection, reconnect.failed(connection));
      }
    }
    return new Outcome(
        syns.peak(),
        dials.peak(),
        dials.total(),
        seconds(half),
        seconds(nearlyAll),
        seconds(nearlyEveryClient));
  }

  private void again(int connection, long wait) {
    if (wait > 0) {
      events.add(now + wait, connection, ASK);
    } else {
      ask(connection);
    }
  }

  private void ask(int connection) {
    if (!lost.get(connection)) {
      lost.set(connection);
      again(connection, reconnect.lost(connection));
      return;
    }
    long wait = reconnect.ask(connection);
    if (wait > 0) {
      events.add(now + wait, connection, ASK);
    } else {
      dialledAt[connection] = now;
      dials.count(now);
      syn(connection);
    }
  }

  private void syn(int connection) {
    syns.count(now);
    long end = dialledAt[connection] + Storm.TIMEOUT;
    if (balancer.answers(now)) {
      events.add(now + Storm.RTT, connection, CONNECTED);
      return;
    }
    if (now == dialledAt[connection]) {
      events.add(now + Storm.SILENCE, connection, SILENT);
    }
    if (now + Storm.SYN_INTERVAL < end) {
      events.add(now + Storm.SYN_INTERVAL, connection, SYN);
    } else {
      events.add(end, connection, TIMED_OUT);
    }
  }

  private void connected(int connection) {
    reconnect.connected(connection);
    connected++;
    int client = connection / storm.connections();
    if (!served.get(client)) {
      served.set(client);
      if (++clients == (int) Math.ceil(0.99 * storm.clients())) {
        nearlyEveryClient = now;
      }
    }
    if (connected == storm.total() / 2) {
      half = now;
    }
    if (connected == (int) Math.ceil(0.99 * storm.total())) {
      nearlyAll = now;
    }
  }

  private double seconds(long instant) {
    long reached = instant == 0 ? Storm.LONGEST : instant; // never reached: the end of the run
    return (reached - storm.outageMicros()) * 1e-6;
  }
}
