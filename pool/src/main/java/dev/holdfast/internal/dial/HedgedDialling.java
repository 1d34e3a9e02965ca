package dev.holdfast.internal.dial;

import dev.holdfast.dial.ForeignReplyException;
import dev.holdfast.dial.RedialReason;
import io.netty.channel.ChannelPromise;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Dials sockets of their own beside each other, on NIO, and lets the channel adopt the first that
 * is connected and, on a balanced path, has answered in the right protocol. A dial is never
 * abandoned for a later one, so a slow path costs no time.
 */
final class HedgedDialling implements Dialling {

  private final ConnectAttempt attempt;
  private final AdoptingSocketChannel channel;
  private final List<HedgedDial> hedgeds = new ArrayList<>();

  private @Nullable Future<?> timer;
  private boolean stopped;
  private boolean unasked;

  HedgedDialling(ConnectAttempt attempt, AdoptingSocketChannel channel) {
    this.attempt = attempt;
    this.channel = channel;
  }

  @Override
  public void start() {
    attempt.armTimeout();
    dial();
  }

  @Override
  public void dial() {
    stopTimer();
    HedgedDial hedged;
    try {
      hedged = new HedgedDial(this, unasked ? null : attempt.firstReply(), channel);
    } catch (IOException e) {
      attempt.fail(e);
      return;
    }
    attempt.tally().dialled();
    hedgeds.add(hedged);
    OptionalLong wait = attempt.silence();
    if (wait.isPresent()) {
      timer =
          attempt.ctx().executor().schedule(this::silent, wait.getAsLong(), TimeUnit.NANOSECONDS);
    }
    hedged.dial(attempt.remote(), attempt.source());
  }

  private void stopTimer() {
    if (timer != null) {
      timer.cancel(false);
    }
  }

  private void silent() {
    boolean connecting = hedgeds.stream().allMatch(HedgedDial::connecting);
    if (!stopped && connecting && attempt.redial(RedialReason.SILENCE)) {
      dial();
    }
  }

  long left() {
    return attempt.left();
  }

  /** A dial failed before it was connected. */
  void failed(HedgedDial hedged, Throwable cause) {
    if (stopped) {
      return;
    }
    hedgeds.remove(hedged);
    if (hedgeds.isEmpty()) {
      stopTimer(); // no redial while the gate has the connect
      if (attempt.portless(cause)) {
        return;
      }
    }
    if (attempt.redialTurnedAway(cause)) {
      dial();
    } else if (hedgeds.isEmpty()) {
      attempt.fail(cause);
    }
  }

  /** A server of another protocol. */
  void foreign(HedgedDial hedged, String said) {
    if (stopped) {
      return;
    }
    hedgeds.remove(hedged);
    hedged.close();
    attempt.tally().foreign();
    if (attempt.redial(RedialReason.FOREIGN)) {
      dial();
    } else if (hedgeds.isEmpty()) {
      attempt.fail(new ForeignReplyException(attempt.remote(), attempt.tally().dials(), said));
    }
  }

  /** A server closed the connection in place of an answer. The last dial is not asked anything. */
  void hungUp(HedgedDial hedged) {
    if (stopped) {
      return;
    }
    hedgeds.remove(hedged);
    attempt.tally().hungUp();
    if (!attempt.redialAfterHangUp()) {
      if (!hedgeds.isEmpty()) {
        return;
      }
      attempt.tally().redialAnyway();
      unasked = true;
    }
    dial();
  }

  void won(HedgedDial winner, long rttNanos, @Nullable ReplyReader reply) {
    if (stopped) {
      return;
    }
    end(winner);
    winner.letGo(
        () -> {
          if (attempt.ended()) {
            release(reply);
          } else {
            attempt.deregistration().leave(() -> adopt(winner, rttNanos, reply));
          }
        });
  }

  private static void release(@Nullable ReplyReader reply) {
    if (reply != null) {
      reply.release();
    }
  }

  private void adopt(HedgedDial winner, long rttNanos, @Nullable ReplyReader reply) {
    try {
      winner.handTo(channel);
    } catch (IOException e) {
      release(reply);
      attempt.fail(e);
      return;
    }
    hedgeds.clear(); // the winner's socket is the channel's now
    if (reply != null) {
      ((RedialHandler) attempt.ctx().handler()).handOver(reply);
    }
    ChannelPromise inner = attempt.ctx().newPromise();
    inner.addListener(
        done -> {
          if (done.isSuccess()) {
            attempt.connected(rttNanos);
          } else {
            attempt.fail(done.cause());
          }
        });
    attempt.deregistration().comeBack(() -> attempt.ctx().connect(attempt.remote(), null, inner));
  }

  /** Closes all dials but one. */
  private void end(@Nullable HedgedDial except) {
    stopped = true;
    stopTimer();
    for (HedgedDial hedged : List.copyOf(hedgeds)) {
      if (hedged != except) {
        hedged.close();
        hedgeds.remove(hedged);
      }
    }
  }

  @Override
  public void stop(Runnable then) {
    end(null);
    attempt.deregistration().comeBack(then);
  }
}
