package dev.holdfast.internal.socket;

import dev.holdfast.internal.dial.SecondOpinions;
import dev.holdfast.internal.wire.FlightJudge;
import dev.holdfast.internal.wire.PathTrial;
import dev.holdfast.internal.wire.PathTrial.Ruling;
import dev.holdfast.internal.wire.SecondOpinion;
import dev.holdfast.wire.WireSnapshot;
import dev.holdfast.wire.WireSource;
import dev.holdfast.wire.WireVerdict;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Watches connections whose request waits for its answer: reads their {@code TCP_INFO} and gives up
 * those whose path is dead, which frees the caller blocked on them. A slow server and a shut window
 * are left alone. Ticks while requests are in flight, on the guard's own thread; a request that is
 * answered before the first tick costs one volatile write and one read.
 */
public final class FlightWatch {

  private final ScheduledExecutorService timer;
  private final SecondOpinions opinions;
  private final Map<OpenSocket, Watched> flights = new ConcurrentHashMap<>();
  private final AtomicBoolean awake = new AtomicBoolean();

  FlightWatch(ScheduledExecutorService timer, SecondOpinions opinions) {
    this.timer = timer;
    this.opinions = opinions;
  }

  void add(OpenSocket socket) {
    flights.put(socket, new Watched(socket, opinion(socket)));
  }

  /** What fresh connections tell of the path of one. Any thread. */
  SecondOpinion opinion(OpenSocket socket) {
    SocketAddress remote = socket.base().getRemoteSocketAddress();
    SocketAddress local = socket.base().getLocalSocketAddress();
    return since -> opinions.ask(remote, local, null, timer, since);
  }

  void remove(OpenSocket socket) {
    flights.remove(socket);
  }

  /**
   * How many connections are up.
   *
   * @return those that were not ended
   */
  public int open() {
    return flights.size();
  }

  /**
   * The latest reading of each connection that was read.
   *
   * @return a copy
   */
  public List<WireSnapshot> snapshots() {
    return flights.keySet().stream().map(OpenSocket::latest).filter(Objects::nonNull).toList();
  }

  /** A name has left an address. */
  void leave(DialledName left) {
    flights.keySet().forEach(socket -> socket.name().leaveIf(left));
  }

  /** A request has begun. */
  void wake() {
    if (!awake.get() && awake.compareAndSet(false, true)) {
      tickAfter(FlightJudge.SAMPLE);
    }
  }

  private void tickAfter(Duration pause) {
    timer.schedule(this::tick, pause.toNanos(), TimeUnit.NANOSECONDS);
  }

  private void tick() {
    Duration pause = FlightJudge.SAMPLE; // after a look that was cut short, too
    try {
      pause = look();
    } finally {
      if (pause != null) {
        tickAfter(pause);
      } else {
        sleep();
      }
    }
  }

  private void sleep() {
    awake.set(false);
    if (flights.keySet().stream().anyMatch(OpenSocket::inFlight)) {
      wake(); // it began after the look, and found the watch awake
    }
  }

  /** Until the next look; null if nothing is in flight. */
  private @Nullable Duration look() {
    Duration pause = null;
    for (Watched flight : flights.values()) {
      Duration own = flight.look();
      if (own != null && (pause == null || own.compareTo(pause) < 0)) {
        pause = own;
      }
    }
    return pause;
  }

  /** One connection's state. Confined to the guard's thread. */
  private static final class Watched {

    /** So much earlier a look tells the same. */
    private static final long ALMOST_NANOS = 4_000_000;

    private final OpenSocket socket;
    private final FlightJudge judge;
    private final PathTrial trial;
    private long seenFlightNanos;
    private long dueNanos;

    private Watched(OpenSocket socket, SecondOpinion second) {
      this.socket = socket;
      this.trial = new PathTrial(second);
      this.judge = new FlightJudge(socket.probe(), System.nanoTime());
    }

    private @Nullable Duration look() {
      if (!socket.inFlight() || socket.source() == WireSource.NONE || socket.end().condemned()) {
        judge.rest();
        trial
            .heard(System.nanoTime())
            .filter(dark -> !socket.end().condemned())
            .ifPresent(socket.end()::wasDark);
        return null;
      }
      long began = socket.flightNanos();
      long now = System.nanoTime();
      if (began != seenFlightNanos) {
        seenFlightNanos = began;
        judge.begin(began);
      } else if (dueNanos - now > ALMOST_NANOS) {
        return Duration.ofNanos(dueNanos - now); // another one's look was due
      }
      socket.setOptions();
      Duration pause = look(socket.read(now));
      if (pause != null) {
        dueNanos = now + pause.toNanos();
      }
      return pause;
    }

    private @Nullable Duration look(WireSnapshot wire) {
      if (wire.source() == WireSource.NONE) {
        return FlightJudge.SAMPLE; // closed meanwhile
      }
      long unheardNanos = TimeUnit.MILLISECONDS.toNanos(wire.lastDataRecvMillis());
      WireVerdict verdict = judge.judge(wire, unheardNanos);
      Ruling ruling = trial.rule(verdict, wire, judge);
      if (ruling instanceof Ruling.Condemned condemned) {
        socket.end().answeredBeside(condemned.pathWorked());
        socket.end().condemn(new Death(condemned.cause(), condemned.evidence()));
        return null;
      }
      if (ruling instanceof Ruling.Lit lit) {
        socket.end().wasDark(lit.dark());
      }
      return judge.pause();
    }
  }
}
