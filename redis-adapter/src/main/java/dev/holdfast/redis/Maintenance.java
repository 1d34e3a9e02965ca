package dev.holdfast.redis;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.internal.dial.SecondOpinions;
import dev.holdfast.internal.wire.Opinion;
import io.lettuce.core.api.push.PushListener;
import io.lettuce.core.api.push.PushMessage;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.protocol.ConnectionWatchdog;
import io.lettuce.core.protocol.Endpoint;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What the server of one channel announces of its own maintenance (RESP3 pushes; Lettuce 7 asks for
 * them and follows). While it lasts, that an answer is late says nothing of the path, and an end is
 * nobody's fault.
 *
 * <p>Lettuce closes the channel as soon as it hears {@code MOVING}, and only then dials where it is
 * sent. Here it hears once a connection to there was answered, or half of the announced time has
 * passed: until then the server that is to go still serves. Confined to the event loop.
 */
final class Maintenance implements PushListener {

  /** {@code <type> <sequence> <seconds> <shards, or where to>}. */
  private static final int SECONDS = 2;

  private static final int TARGET = 3;

  /** What was announced takes longer at times, and never for ever. */
  private static final Duration MOST = Duration.ofSeconds(60);

  /** After it is said to be over. */
  private static final Duration GRACE = Duration.ofSeconds(1);

  private static final Duration LOOK = Duration.ofMillis(20);

  private final GuardedChannel guarded;
  private final SecondOpinions opinions;

  /** Lettuce's own, which hears what is not for the guard alone; null if it has none. */
  private @Nullable PushListener lettuces;

  private @Nullable Announced latest;

  private record Announced(String what, long untilNanos) {}

  Maintenance(GuardedChannel guarded, SecondOpinions opinions) {
    this.guarded = guarded;
    this.opinions = opinions;
  }

  /** Lettuce's watchdog has heard that the channel is active, and listens. */
  void begin() {
    Endpoint endpoint = guarded.commandHandler().getEndpoint();
    ConnectionWatchdog watchdog = guarded.channel().pipeline().get(ConnectionWatchdog.class);
    if (watchdog instanceof PushListener listener
        && endpoint.getPushListeners().contains(listener)) {
      lettuces = listener;
      endpoint.addListener(this);
      endpoint.removeListener(listener);
    }
  }

  /** The channel is gone; Lettuce listens on the next one again by itself. */
  void end() {
    if (lettuces != null) {
      guarded.commandHandler().getEndpoint().removeListener(this);
    }
  }

  /** Whether the server has said that it is busy with itself about now. */
  boolean lasts(long nowNanos) {
    Announced known = latest;
    return known != null && nowNanos - known.untilNanos() < 0;
  }

  /** Whether a channel that ends so was to be expected to. */
  boolean explains(Cause cause) {
    return switch (cause) {
      case PEER_CLOSED, PEER_RESET -> lasts(System.nanoTime());
      case LOCAL_CLOSE -> LettuceSupport.movesAsAsked(guarded.channel());
      default -> false;
    };
  }

  /** For people: what was announced, and how the channel ended. */
  String evidence(String end) {
    Announced known = latest;
    return known == null ? end : known.what() + " was announced; " + end;
  }

  @Override
  public void onPushMessage(PushMessage message) {
    if (!note(message)) {
      hand(message);
    }
  }

  /** Whether Lettuce is to hear of it later. */
  private boolean note(PushMessage message) {
    switch (message.getType()) {
      case "MIGRATING", "FAILING_OVER" -> announced(message);
      case "MIGRATED", "FAILED_OVER" -> over();
      case "MOVING" -> {
        Duration within = announced(message);
        InetSocketAddress target = target(message);
        if (within != null && target != null) {
          long now = System.nanoTime();
          handOnceAnswered(message, target, now, now + within.toNanos() / 2);
          return true;
        }
      }
      default -> {}
    }
    return false;
  }

  private @Nullable Duration announced(PushMessage message) {
    List<Object> words = message.getContent();
    if (words.size() <= SECONDS || !(words.get(SECONDS) instanceof Long seconds) || seconds < 0) {
      return null;
    }
    Duration within = Duration.ofSeconds(Math.min(seconds, MOST.toSeconds()));
    Duration patience = within.multipliedBy(2).plus(GRACE);
    lastsFor(message.getType(), patience.compareTo(MOST) < 0 ? patience : MOST);
    return within;
  }

  private void over() {
    Announced known = latest;
    if (known != null) {
      lastsFor(known.what(), GRACE);
    }
  }

  private void lastsFor(String what, Duration from) {
    latest = new Announced(what, System.nanoTime() + from.toNanos());
  }

  private static @Nullable InetSocketAddress target(PushMessage message) {
    List<Object> words = message.getContent(StringCodec.UTF8::decodeKey);
    if (words.size() <= TARGET || !(words.get(TARGET) instanceof String target)) {
      return null;
    }
    int colon = target.lastIndexOf(':');
    try {
      return colon <= 0
          ? null
          : new InetSocketAddress(
              target.substring(0, colon), Integer.parseInt(target.substring(colon + 1)));
    } catch (IllegalArgumentException noPort) {
      return null; // Lettuce says what it thinks of it
    }
  }

  private void handOnceAnswered(
      PushMessage message, InetSocketAddress target, long since, long until) {
    if (!guarded.open()) {
      return;
    }
    long now = System.nanoTime();
    if (now - until >= 0 || ask(target, since) instanceof Opinion.Answered) {
      hand(message);
      return;
    }
    guarded
        .channel()
        .eventLoop()
        .schedule(
            () -> handOnceAnswered(message, target, since, until),
            LOOK.toNanos(),
            TimeUnit.NANOSECONDS);
  }

  private Opinion ask(InetSocketAddress target, long since) {
    return opinions.ask(
        target, null, PathDoubts.question(guarded.channel()), guarded.channel().eventLoop(), since);
  }

  private void hand(PushMessage message) {
    PushListener listener = lettuces;
    if (listener != null) {
      listener.onPushMessage(message);
    }
  }
}
