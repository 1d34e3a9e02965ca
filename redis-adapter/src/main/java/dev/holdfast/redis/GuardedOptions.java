package dev.holdfast.redis;

import dev.holdfast.path.ConnectionPlan;
import dev.holdfast.path.KeepAlive;
import dev.holdfast.path.PathConflictException;
import dev.holdfast.path.RequestedSettings;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.SocketOptions.KeepAliveOptions;
import io.lettuce.core.SocketOptions.TcpUserTimeoutOptions;
import io.lettuce.core.resource.EpollProvider;

/**
 * Fills a plan into the user's client options. What the user set stays as it is; if the path
 * forbids it, the plan's own refusal says so. Lettuce's defaults stay where the path allows them.
 */
final class GuardedOptions {

  private final ConnectionPlan plan;
  private final Runnable onForeignResources;

  /**
   * @param onForeignResources runs if the client that gets the options is without the guard
   */
  GuardedOptions(ConnectionPlan plan, Runnable onForeignResources) {
    this.plan = plan;
    this.onForeignResources = onForeignResources;
  }

  @SuppressWarnings("unchecked") // mutate() builds the class it is called on
  <T extends ClientOptions> T fill(T options) {
    refuseReplayFilter(options);
    if (options.getDecodeBufferPolicy() instanceof OptionsMark) {
      throw new IllegalStateException(
          "these ClientOptions already carry a guard's settings: pass the user's own to options()");
    }
    return (T)
        options
            .mutate()
            .socketOptions(socket(options.getSocketOptions()))
            .decodeBufferPolicy(
                new OptionsMark(
                    new PartialReplies(
                        options.getDecodeBufferPolicy(),
                        options.getRequestQueueSize() != Integer.MAX_VALUE,
                        options.getDisconnectedBehavior()
                            == ClientOptions.DisconnectedBehavior.REJECT_COMMANDS),
                    onForeignResources))
            .build();
  }

  private static void refuseReplayFilter(ClientOptions options) {
    if (hasReplayFilter(options)) {
      throw new IllegalArgumentException(
          "replayFilter is set: Lettuce does not ask it about commands in flight, and drops a"
              + " filtered one without completing it (measured on 6.8 and 7.7). Remove it; the guard"
              + " replays only what is safe");
    }
  }

  private static boolean hasReplayFilter(ClientOptions options) {
    try {
      return options.getReplayFilter() != ClientOptions.DEFAULT_REPLAY_FILTER;
    } catch (NoSuchMethodError before66) {
      return false; // Lettuce 6.4 and 6.5 have no such option
    }
  }

  private SocketOptions socket(SocketOptions users) {
    SocketOptions.Builder socket = users.mutate();
    RequestedSettings requested = RequestedSettings.none();
    if (users.isKeepAlive() && !givesWay(users.getKeepAlive())) {
      requested = asRequested(users.getKeepAlive());
      if (chosen(users.getKeepAlive())) {
        socket.keepAlive(users.getKeepAlive()); // Lettuce 6.8's mutate() would not apply them
      }
    } else {
      plan.keepAlive()
          .ifPresentOrElse(
              planned -> socket.keepAlive(toLettuce(planned)), () -> socket.keepAlive(false));
    }
    if (users.isEnableTcpUserTimeout()) {
      socket.tcpUserTimeout(users.getTcpUserTimeout()); // Lettuce's mutate() leaves it out
      requested = requested.userTimeout(users.getTcpUserTimeout().getTcpUserTimeout());
    } else if (EpollProvider.isAvailable()) {
      socket.tcpUserTimeout(
          TcpUserTimeoutOptions.builder().enable().tcpUserTimeout(plan.userTimeout()).build());
    }
    plan.path().plan(requested); // throws if the path forbids what the user set
    return socket.build();
  }

  /**
   * Lettuce 7 switches keepalive on by default. Numbers nobody chose are no reason to refuse a path
   * that is too short-lived for them.
   */
  private boolean givesWay(KeepAliveOptions set) {
    if (chosen(set)) {
      return false;
    }
    try {
      plan.path().plan(asRequested(set));
      return false;
    } catch (PathConflictException forbidden) {
      return true;
    }
  }

  private static boolean chosen(KeepAliveOptions set) {
    KeepAliveOptions lettuces = SocketOptions.create().getKeepAlive();
    return !set.getIdle().equals(lettuces.getIdle())
        || !set.getInterval().equals(lettuces.getInterval())
        || set.getCount() != lettuces.getCount();
  }

  private static RequestedSettings asRequested(KeepAliveOptions set) {
    return RequestedSettings.none()
        .keepAliveIdle(set.getIdle())
        .keepAliveInterval(set.getInterval())
        .keepAliveCount(set.getCount());
  }

  private static KeepAliveOptions toLettuce(KeepAlive planned) {
    return KeepAliveOptions.builder()
        .enable()
        .idle(planned.idle())
        .interval(planned.interval())
        .count(planned.count())
        .build();
  }
}
