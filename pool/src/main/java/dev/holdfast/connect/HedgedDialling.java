package dev.holdfast.connect;

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
  private final List<Scout> scouts = new ArrayList<>();

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
    Scout scout;
    try {
      scout = new Scout(this, unasked ? null : attempt.firstReply(), channel);
    } catch (IOException e) {
      attempt.fail(e);
      return;
    }
    attempt.tally().dialled();
    scouts.add(scout);
    OptionalLong wait = attempt.silence();
    if (wait.isPresent()) {
      timer =
          attempt.ctx().executor().schedule(this::silent, wait.getAsLong(), TimeUnit.NANOSECONDS);
    }
    scout.dial(attempt.remote(), attempt.source());
  }

  private void stopTimer() {
    if (timer != null) {
      timer.cancel(false);
    }
  }

  private void silent() {
    boolean connecting = scouts.stream().allMatch(Scout::connecting);
    if (!stopped && connecting && attempt.redial(RedialReason.SILENCE)) {
      dial();
    }
  }

  long left() {
    return attempt.left();
  }

  /** A dial failed before it was connected. */
  void failed(Scout scout, Throwable cause) {
    if (stopped) {
      return;
    }
    scouts.remove(scout);
    if (scouts.isEmpty()) {
      stopTimer(); // no redial while the gate has the connect
      if (attempt.portless(cause)) {
        return;
      }
    }
    boolean refused = ConnectAttempt.isRefusal(cause);
    if (refused) {
      attempt.tally().refused();
      if (attempt.redial(RedialReason.REFUSED)) {
        dial();
        return;
      }
    }
    if (scouts.isEmpty()) {
      attempt.fail(cause);
    }
  }

  /** A server of another protocol. */
  void foreign(Scout scout, String said) {
    if (stopped) {
      return;
    }
    scouts.remove(scout);
    scout.close();
    attempt.tally().foreign();
    if (attempt.redial(RedialReason.FOREIGN)) {
      dial();
    } else if (scouts.isEmpty()) {
      attempt.fail(new ForeignReplyException(attempt.remote(), attempt.tally().dials(), said));
    }
  }

  /** A server closed the connection in place of an answer. The last dial is not asked anything. */
  void hungUp(Scout scout) {
    if (stopped) {
      return;
    }
    scouts.remove(scout);
    attempt.tally().foreign();
    if (!attempt.redial(RedialReason.FOREIGN)) {
      if (!scouts.isEmpty()) {
        return;
      }
      attempt.tally().redialAnyway();
      unasked = true;
    }
    dial();
  }

  void won(Scout winner, long rttNanos, @Nullable ReplyReader reply) {
    if (stopped) {
      return;
    }
    end(winner);
    winner.letGo(
        () -> {
          if (attempt.ended()) {
            release(reply);
          } else {
            attempt.detour().leave(() -> adopt(winner, rttNanos, reply));
          }
        });
  }

  private static void release(@Nullable ReplyReader reply) {
    if (reply != null) {
      reply.release();
    }
  }

  private void adopt(Scout winner, long rttNanos, @Nullable ReplyReader reply) {
    try {
      winner.handTo(channel);
    } catch (IOException e) {
      release(reply);
      attempt.fail(e);
      return;
    }
    scouts.clear(); // the winner's socket is the channel's now
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
    attempt.detour().comeBack(() -> attempt.ctx().connect(attempt.remote(), null, inner));
  }

  /** Closes all dials but one. */
  private void end(@Nullable Scout except) {
    stopped = true;
    stopTimer();
    for (Scout scout : List.copyOf(scouts)) {
      if (scout != except) {
        scout.close();
        scouts.remove(scout);
      }
    }
  }

  @Override
  public void stop(Runnable then) {
    end(null);
    attempt.detour().comeBack(then);
  }
}
