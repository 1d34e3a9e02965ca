package dev.holdfast.redis;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.internal.dial.FirstReply;
import dev.holdfast.internal.dial.SecondOpinions;
import dev.holdfast.internal.wire.FlightJudge;
import dev.holdfast.internal.wire.Opinion;
import dev.holdfast.internal.wire.PathTrial;
import dev.holdfast.internal.wire.PathTrial.Ruling;
import dev.holdfast.wire.WireSnapshot;
import dev.holdfast.wire.WireSource;
import dev.holdfast.wire.WireVerdict;
import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What speaks against a channel's path, and what a fresh connection to the same server says to it.
 * While the path is dark nothing is written. Confined to the event loop.
 */
final class PathDoubts {

  private static final FirstReply PING = new RedisFirstReply();
  private static final FirstReply HELLO = new TlsFirstReply();

  /** Shorter, an answer that only a server or a proxy can give is late, and no more. */
  private static final Duration WORTH_A_WORD = Duration.ofSeconds(1);

  private final GuardedChannel guarded;
  private final SecondOpinions opinions;
  private final Runnable onLit;

  /** Of the path as far as the kernel sees: to the next hop that terminates TCP. */
  private @Nullable PathTrial path;

  /** Of the whole way to the server. */
  private @Nullable PathTrial whole;

  /**
   * @param onLit the path is not dark any more
   */
  PathDoubts(GuardedChannel guarded, SecondOpinions opinions, Runnable onLit) {
    this.guarded = guarded;
    this.opinions = opinions;
    this.onLit = onLit;
  }

  /** Whether nothing may be written. */
  boolean dark() {
    return (path != null && path.dark()) || (whole != null && whole.dark());
  }

  /** Below the application nothing tells a slow server from a lost one. */
  boolean blind() {
    return guarded.settings().plan().terminated() || guarded.wire().source() == WireSource.NONE;
  }

  /** Asks the peer's kernel by a fresh connection. */
  Opinion askPath(long sinceNanos) {
    return ask(null, sinceNanos);
  }

  private Opinion askServer(long sinceNanos) {
    return ask(question(guarded.channel()), sinceNanos);
  }

  /** What a server is asked that answers as the one of a channel does. */
  static FirstReply question(Channel channel) {
    return channel.pipeline().get(SslHandler.class) != null ? HELLO : PING;
  }

  private Opinion ask(@Nullable FirstReply question, long sinceNanos) {
    Channel channel = guarded.channel();
    return opinions.ask(
        guarded.remote(), channel.localAddress(), question, channel.eventLoop(), sinceNanos);
  }

  /**
   * Calls are in flight, and the kernel was read.
   *
   * @param judge what gave the verdict
   * @return whether the connection was given up
   */
  boolean judge(WireVerdict verdict, WireSnapshot wire, FlightJudge judge) {
    if (wire.source() == WireSource.NONE) {
      return false;
    }
    if (path == null) {
      if (verdict instanceof WireVerdict.Usable && wire.probes() == 0) {
        return false; // as on nearly every path, nearly always
      }
      path = new PathTrial(this::askPath);
    }
    return obey(path.rule(verdict, wire, judge), false);
  }

  /**
   * An answer is overdue on a path that is known only from end to end, and what had arrived was
   * read.
   *
   * @param askedAtNanos when that was sent which is not answered
   * @return whether the connection was given up
   */
  boolean overdue(Cause cause, String evidence, long askedAtNanos, long nowNanos) {
    if (guarded.inMaintenance(nowNanos)) {
      return false;
    }
    if (whole == null) {
      whole = new PathTrial(this::askServer);
    }
    return obey(whole.ruleBlind(cause, evidence, askedAtNanos, nowNanos), true);
  }

  private boolean obey(Ruling ruling, boolean blind) {
    if (ruling instanceof Ruling.Condemned condemned) {
      condemn(condemned.cause(), condemned.evidence(), condemned.pathWorked());
      return true;
    }
    if (ruling instanceof Ruling.Lit lit) {
      lit(lit.dark(), blind);
    }
    return false;
  }

  void condemn(Cause cause, String evidence, boolean pathWorked) {
    guarded.answeredBeside(pathWorked);
    guarded.condemn(cause, evidence);
  }

  /** Something was read, or everything was answered. */
  void heard() {
    if (dark()) {
      long now = System.nanoTime();
      if (path != null) {
        path.heard(now).ifPresent(dark -> lit(dark, false));
      }
      if (whole != null) {
        whole.heard(now).ifPresent(dark -> lit(dark, true));
      }
    }
  }

  private void lit(Duration dark, boolean blind) {
    if (!blind || dark.compareTo(WORTH_A_WORD) >= 0) {
      guarded.wasDark(dark, blind);
    }
    onLit.run();
  }
}
