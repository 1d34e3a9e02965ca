package dev.holdfast.redis;

import dev.holdfast.internal.report.Listeners;
import io.lettuce.core.api.StatefulConnection;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sessions of lost connections that are to be made again on the next, for as long as they are not.
 * Thread-safe.
 */
final class ReplacedSessions {

  private static final Logger LOG = LoggerFactory.getLogger(LettuceGuard.class);

  private final String guard;
  private final Function<StatefulConnection<?, ?>, EndpointState> known;
  private final Map<EndpointState, LostSession> lost = new WeakHashMap<>();
  private final Listeners<SessionReplacedEvent> listeners = new Listeners<>();

  /**
   * @param known tells what the guard knows of a connection of its clients
   */
  ReplacedSessions(String guard, Function<StatefulConnection<?, ?>, EndpointState> known) {
    this.guard = guard;
    this.known = known;
  }

  void onReplaced(Consumer<SessionReplacedEvent> listener) {
    listeners.add(listener);
  }

  /** A channel has ended. */
  void ended(GuardedChannel guarded) {
    LostSession session = LostSession.of(guarded);
    if (session != null) {
      synchronized (lost) {
        lost.merge(guarded.endpoint(), session, (earlier, later) -> later.after(earlier));
      }
    }
  }

  /** What the next channel of a connection has to restore; null on nearly all. */
  @Nullable LostSession of(EndpointState connection) {
    synchronized (lost) {
      return lost.get(connection);
    }
  }

  /** Restores it, and tells when that is done. On the event loop. */
  final class Restoring {

    private final EndpointState connection;
    private final LostSession session;
    private final Instant since = Instant.now();
    private final List<String> rearmed = new ArrayList<>();
    private final List<String> notRearmed;
    private int open;

    Restoring(EndpointState connection, LostSession session) {
      this.connection = connection;
      this.session = session;
      this.notRearmed = session.beyondRepair();
    }

    /** The commands to be handed down before any other. */
    List<RearmCommand> commands() {
      open = session.settings().size();
      return session.settings().stream()
          .map(setting -> new RearmCommand(setting, this::answered))
          .toList();
    }

    private void answered(RearmCommand command) {
      (command.succeeded() ? rearmed : notRearmed).add(command.name());
      open--;
      tellOnceDone();
    }

    /** Tells at once if there is nothing to wait for. */
    void tellOnceDone() {
      if (open > 0) {
        return;
      }
      synchronized (lost) {
        lost.remove(connection, session);
      }
      if (!notRearmed.isEmpty()) {
        LOG.warn(
            "{}: a connection was replaced, and of its session {} could not be made again",
            guard,
            notRearmed);
      }
      listeners.tell(
          guard, new SessionReplacedEvent(guard, this::isOf, session, since, rearmed, notRearmed));
    }

    private boolean isOf(StatefulConnection<?, ?> asked) {
      return known.apply(asked) == connection;
    }
  }

  Restoring restore(EndpointState connection, LostSession session) {
    return new Restoring(connection, session);
  }
}
