package dev.holdfast.redis;

import dev.holdfast.diagnosis.DeathSigns;
import dev.holdfast.diagnosis.Diagnostician;
import dev.holdfast.redis.GuardedChannel.Death;
import dev.holdfast.redis.LostCalls.Broken;
import dev.holdfast.redis.LostCalls.Lost;
import dev.holdfast.redis.LostCalls.Progress;
import dev.holdfast.redis.LostCalls.Ruling;
import dev.holdfast.retry.AmbiguousOutcomeException;
import dev.holdfast.retry.Delivery;
import dev.holdfast.retry.LostCall;
import dev.holdfast.retry.NotExecutedException;
import io.lettuce.core.protocol.ConnectionWatchdog;
import io.lettuce.core.protocol.RedisCommand;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;

/**
 * Carries out what {@link LostCalls} rules, at a channel's end and before Lettuce looks at it. What
 * may travel is left, in order, on Lettuce's stack of unanswered commands: Lettuce moves that stack
 * to the front of its buffer of disconnected commands, ahead of anything issued later. Confined to
 * the event loop.
 */
final class LossSettlement {

  private static final String TRANSACTION_LOST =
      "the connection was lost before its transaction was complete; repeat all of it";

  private final GuardedChannel guarded;
  private final LettuceGuard guard;

  private int moved;
  private int replayed;
  private int ambiguous;
  private int notExecuted;

  LossSettlement(GuardedChannel guarded, LettuceGuard guard) {
    this.guarded = guarded;
    this.guard = guard;
  }

  void settle(WriteGate gate, boolean answeredInPart) {
    Death death = Objects.requireNonNull(guarded.death(), "settled before its death was noted");
    List<RedisCommand<?, ?, ?>> commands = new ArrayList<>(guarded.stack());
    int handedDown = commands.size();
    DeathSigns signs = signs(death, handedDown > guarded.ledger().unsent());
    guarded.stack().clear();
    gate.drainInto(commands);
    List<Lost> lost = describe(commands, handedDown, answeredInPart);
    removeFinished(commands, lost);

    Ruling ruling =
        LostCalls.rule(lost, guarded.session().transactionOpen(), watchLost(commands, lost));
    if (ruling.broken() != Broken.NOTHING) {
      guarded.endpoint().leaveBroken(ruling.broken());
    }
    answerLostMultis(commands, lost, ruling);
    boolean reconnects = guarded.channel().pipeline().get(ConnectionWatchdog.class) != null;
    Queue<RedisCommand<?, ?, ?>> travelling = guarded.stack();
    for (int i = 0; i < commands.size(); i++) {
      RedisCommand<?, ?, ?> command = commands.get(i);
      if (!command.isDone()
          && mayTravel(command, lost.get(i), ruling.fates().get(i), death, reconnects)) {
        travelling.add(command);
      }
    }
    failQueued(lost, ruling, death);
    report(death, signs);
  }

  /**
   * Commands the server had queued for a transaction are on no stack; they share the fate of their
   * transaction, which is the one the lost commands begin in. Those left on the stack are decided.
   */
  private void failQueued(List<Lost> lost, Ruling ruling, Death death) {
    boolean ambiguously = false;
    for (int i = 0; i < lost.size() && !ambiguously; i++) {
      CommandKind kind = lost.get(i).kind();
      if (kind == CommandKind.MULTI) {
        break;
      }
      ambiguously = kind == CommandKind.EXEC && ruling.fates().get(i) == LostCalls.Fate.AMBIGUOUS;
    }
    for (RedisCommand<?, ?, ?> queued : guarded.session().queued()) {
      if (!queued.isDone() && !guarded.stack().contains(queued)) {
        if (ambiguously) {
          fail(queued, new Lost(CommandKind.PLAIN, Progress.SENT, false), death);
        } else {
          refuse(queued, Refusal.TRANSACTION, TRANSACTION_LOST);
        }
      }
    }
  }

  private List<Lost> describe(
      List<RedisCommand<?, ?, ?>> commands, int handedDown, boolean answeredInPart) {
    long unsent = guarded.ledger().unsent();
    List<Lost> lost = new ArrayList<>(commands.size());
    for (int i = 0; i < commands.size(); i++) {
      RedisCommand<?, ?, ?> command = commands.get(i);
      Progress progress;
      if (i >= handedDown - unsent) {
        progress = Progress.UNSENT;
      } else if (i == 0 && answeredInPart) {
        progress = Progress.ANSWERED_IN_PART;
      } else {
        progress = Progress.SENT;
      }
      CommandKind kind = CommandKind.of(command);
      boolean watched = kind == CommandKind.MULTI && guarded.session().watched(command);
      lost.add(new Lost(kind, progress, watched));
    }
    return lost;
  }

  /** The guard's own PING, and commands that timed out or were cancelled meanwhile. */
  private static void removeFinished(List<RedisCommand<?, ?, ?>> commands, List<Lost> lost) {
    for (int i = commands.size() - 1; i >= 0; i--) {
      RedisCommand<?, ?, ?> command = commands.get(i);
      boolean plain = lost.get(i).kind() == CommandKind.PLAIN;
      if (ProbeCommand.isProbe(command) || (command.isDone() && plain)) {
        commands.remove(i);
        lost.remove(i);
      }
    }
  }

  /** Watches answered by the lost server session; an unanswered one is simply sent again. */
  private boolean watchLost(List<RedisCommand<?, ?, ?>> commands, List<Lost> lost) {
    int unanswered = 0;
    for (int i = 0; i < commands.size(); i++) {
      switch (lost.get(i).kind()) {
        case WATCH -> unanswered++;
        case EXEC, DISCARD, UNWATCH -> unanswered = 0;
        default -> {}
      }
    }
    return guarded.session().watches() > unanswered || guarded.endpoint().broken() == Broken.WATCH;
  }

  private static void answerLostMultis(
      List<RedisCommand<?, ?, ?>> commands, List<Lost> lost, Ruling ruling) {
    for (int i = 0; i < commands.size(); i++) {
      if (lost.get(i).kind() == CommandKind.MULTI
          && ruling.fates().get(i) != LostCalls.Fate.MOVE
          && !commands.get(i).isDone()) {
        LostMulti.answer(commands.get(i));
      }
    }
  }

  private boolean mayTravel(
      RedisCommand<?, ?, ?> command,
      Lost lost,
      LostCalls.Fate fate,
      Death death,
      boolean reconnects) {
    return switch (fate) {
      case MOVE -> mayMove(command, reconnects);
      case BY_SAFETY -> {
        if (reconnects && mayReplay(command, lost, death)) {
          replayed++;
          yield true;
        }
        fail(command, lost, death);
        yield false;
      }
      case AMBIGUOUS -> {
        fail(command, lost, death);
        yield false;
      }
      case NOT_EXECUTED -> {
        refuse(command, Refusal.TRANSACTION, TRANSACTION_LOST);
        yield false;
      }
    };
  }

  private boolean mayMove(RedisCommand<?, ?, ?> command, boolean reconnects) {
    if (reconnects) {
      moved++;
      return true;
    }
    refuse(command, Refusal.NO_RECONNECT, "the connection was lost and autoReconnect is off");
    return false;
  }

  private boolean mayReplay(RedisCommand<?, ?, ?> command, Lost lost, Death death) {
    LostCall call =
        new LostCall(
            command.getType().toString(), delivery(lost), CommandSafety.of(command), death.cause());
    return guarded.endpoint().mayReplay(command, call);
  }

  private void fail(RedisCommand<?, ?, ?> command, Lost lost, Death death) {
    ambiguous++;
    String name = command.getType().toString();
    guarded.meters().ambiguous(name);
    command.completeExceptionally(
        new AmbiguousOutcomeException(name, delivery(lost), death.cause(), death.evidence()));
  }

  private void refuse(RedisCommand<?, ?, ?> command, Refusal reason, String why) {
    notExecuted++;
    guarded.meters().notExecuted(reason.tag());
    command.completeExceptionally(new NotExecutedException(command.getType().toString(), why));
  }

  private static Delivery delivery(Lost lost) {
    return lost.progress() == Progress.ANSWERED_IN_PART
        ? Delivery.ANSWERED_IN_PART
        : Delivery.SENT_UNANSWERED;
  }

  private DeathSigns signs(Death death, boolean inFlight) {
    return guarded
        .history()
        .signs(
            death.cause(), inFlight, guarded.clocks(), guarded.settings().plan(), System.nanoTime())
        .build();
  }

  private void report(Death death, DeathSigns signs) {
    guarded.meters().swapped(death.cause());
    guarded.meters().moved(moved);
    guarded.meters().replayed(replayed);
    Duration idle = Duration.ofNanos(guarded.clocks().sincePayload(System.nanoTime()));
    SwapEvent swap =
        new SwapEvent(
            guarded.settings().name(),
            death.cause(),
            death.evidence(),
            Diagnostician.diagnose(signs),
            idle,
            moved,
            replayed,
            ambiguous,
            notExecuted);
    guard.deaths().died(guarded, death, swap, signs);
  }
}
