package dev.holdfast.http.reactor;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.internal.channel.Abort;
import dev.holdfast.internal.diagnosis.DeathSigns;
import dev.holdfast.internal.diagnosis.IdleWitness;
import dev.holdfast.internal.http.RetryDecision;
import dev.holdfast.internal.socket.DialledNames;
import dev.holdfast.internal.wire.FlightJudge;
import dev.holdfast.internal.wire.SocketErrors;
import io.netty.channel.Channel;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How one connection ends. The first reason that is noted stays; then, once, it is decided what
 * becomes of the calls in flight. Confined to the channel's event loop, except where a method says
 * otherwise.
 */
final class ConnectionEnd {

  private final GuardedConnection connection;
  private boolean closedHere;
  private boolean announced;
  private boolean settled;
  private volatile @Nullable Death death;

  ConnectionEnd(GuardedConnection connection) {
    this.connection = connection;
  }

  /** Whether a reason is known. Any thread. */
  boolean near() {
    return death != null;
  }

  /** Why it ends; null before that is known. Any thread. */
  @Nullable Cause cause() {
    Death of = death;
    return of == null ? null : of.cause();
  }

  /** The client closes the channel. */
  void closesHere() {
    closedHere = true;
  }

  /** The server said that it will close the connection. */
  void announced() {
    announced = true;
  }

  /** Notes why the connection ends; the first reason stays. */
  void dies(Cause cause, String evidence) {
    if (death == null && cause == Cause.LOCAL_CLOSE && connection.left()) {
      death = new Death(Cause.DEMOTED, DialledNames.LEFT, System.nanoTime());
    } else if (death == null) {
      boolean aged =
          cause == Cause.LOCAL_CLOSE && connection.retirement().due() && !connection.retiring();
      Cause known = aged ? Cause.IDLE_LIMIT : cause;
      death = new Death(known, evidence, System.nanoTime());
    }
  }

  /** The same for an error of the socket, read or met while writing. */
  void dies(Throwable failure) {
    String message = String.valueOf(failure.getMessage());
    Cause cause = SocketErrors.cause(message);
    if (cause == Cause.PEER_RESET && death == null && connection.channel().isOpen()) {
      connection.history().reset(connection.wire().read(System.nanoTime()));
    }
    dies(cause, textOf(cause));
  }

  /** Not the message itself: what a user's handler throws may quote what it was given. */
  private static String textOf(Cause cause) {
    return switch (cause) {
      case KERNEL_TIMEOUT -> "ETIMEDOUT";
      case PEER_CLOSED -> "EPIPE";
      default -> "ECONNRESET";
    };
  }

  /** Gives the connection up. */
  void condemn(Cause cause, String evidence) {
    Channel channel = connection.channel();
    if (death != null || !channel.isActive()) {
      return;
    }
    dies(cause, evidence);
    Abort.soon(channel);
  }

  /** The channel is closed, perhaps without an error that was read. */
  void closed() {
    dies(closedHere ? Cause.LOCAL_CLOSE : Cause.PEER_CLOSED, "no error was read");
    settle();
  }

  /** Decides, once, what becomes of the calls in flight. */
  void settle() {
    Death of = death;
    if (settled || of == null) {
      return;
    }
    settled = true;
    List<Exchange> lost = connection.inFlight().removeAll();
    DeathSigns signs = signs(of, lost);
    lost.forEach(
        exchange -> {
          exchange.decide(of);
          exchange.over();
        });
    IdleWitness witness = connection.idleRecord().witness();
    if (of.cause() != Cause.LOCAL_CLOSE
        && connection.up()
        && witness != null
        && !(announced && lost.isEmpty())
        && !(connection.handedOver() && of.cause() == Cause.PEER_CLOSED)) {
      connection
          .guard()
          .deaths()
          .died(connection.remote(), witness, signs.idle(), signs, of.evidence(), unheard(lost));
    }
    connection.proof().lost();
  }

  /** Of whoever listens: to a response that goes on, or to one that does not begin. */
  private Optional<Duration> unheard(List<Exchange> lost) {
    Duration unheard = Duration.ofNanos(connection.clocks().sinceRead(System.nanoTime()));
    boolean listened =
        connection.handedOver()
            || lost.stream().anyMatch(Exchange::isDelivered)
            || (!lost.isEmpty() && unheard.compareTo(FlightJudge.POKE_AFTER) >= 0);
    return listened ? Optional.of(unheard) : Optional.empty();
  }

  /**
   * A reset that answers a probe answers as one to a request would; an unanswered probe leaves
   * nothing unacknowledged that could tell whether it arrived.
   */
  private DeathSigns signs(Death of, List<Exchange> lost) {
    boolean probed = connection.proof().pending() && of.cause() == Cause.PEER_RESET;
    return connection
        .history()
        .signs(
            of.cause(),
            probed || lost.stream().anyMatch(Exchange::left),
            connection.clocks(),
            connection.plan(),
            System.nanoTime())
        .answeredBeside(connection.wasAnsweredBeside())
        .build();
  }

  /**
   * What becomes of a call whose sending over this connection failed with an error of the client's.
   *
   * @return null if the connection is well, so that the error is none of the guard's
   */
  @Nullable RetryDecision verdict(Exchange failed) {
    Channel channel = connection.channel();
    if (!channel.eventLoop().inEventLoop()) {
      return null; // a wire's end is told on the event loop
    }
    Death ended = failed.endedAlone();
    if (ended != null) {
      return failed.decide(ended);
    }
    if (!channel.isActive()) {
      closed();
    }
    settle();
    Death of = death;
    return of == null ? null : failed.decide(of);
  }
}
