package dev.holdfast.redis;

import dev.holdfast.internal.command.CommandKind;
import dev.holdfast.internal.diagnosis.DeathSigns;
import dev.holdfast.internal.diagnosis.Diagnostician;
import dev.holdfast.internal.retry.LostCall;
import dev.holdfast.redis.GuardedChannel.Death;
import dev.holdfast.redis.LostCalls.Broken;
import dev.holdfast.redis.LostCalls.Lost;
import dev.holdfast.redis.LostCalls.Progress;
import dev.holdfast.redis.LostCalls.Ruling;
import dev.holdfast.retry.AmbiguousOutcomeException;
import dev.holdfast.retry.Delivery;
import dev.holdfast.retry.NotExecutedException;
import dev.holdfast.retry.ReplaySafety;
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

  private static final String NOT_AGAIN =
      "the connection was lost, and autoReconnect is off or it was a look at the topology";

  /** Read by people: what ends connections while it is being sent will end the next one too. */
  private static final String UNSENDABLE =
      "%d connections in a row were lost while it was being sent: the server or a hop will not have"
              .formatted(EndpointState.SENDINGS)
          + " it; look at its size, and at the server's client-query-buffer-limit and log";

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
    guarded.session().end();
    List<RedisCommand<?, ?, ?>> commands = new ArrayList<>(guarded.stack());
    int handedDown = commands.size();
    DeathSigns signs = signs(death, handedDown);
    guarded.stack().clear();
    gate.drainInto(commands);
    boolean watchLost =
        guarded.session().watches() > 0 || guarded.endpoint().broken() == Broken.WATCH;
    List<Lost> lost = describe(commands, handedDown, answeredInPart);
    if (!watchLost) {
      describeLoneMulti(commands, lost, handedDown, death);
    }
    removeFinished(commands, lost);

    Ruling ruling = LostCalls.rule(lost, guarded.session().transaction(), watchLost);
    leaveBroken(ruling.broken(), commands);
    answerLostMultis(commands, lost, ruling);
    boolean reconnects =
        guarded.channel().pipeline().get(ConnectionWatchdog.class) != null
            && !guarded.session().looksAround();
    letTravel(commands, lost, ruling, death, reconnects);
    guarded.meters().called(ambiguous + notExecuted); // those queued were answered so, and count
    failQueued(lost, ruling, death);
    report(death, signs);
  }

  private void letTravel(
      List<RedisCommand<?, ?, ?>> commands,
      List<Lost> lost,
      Ruling ruling,
      Death death,
      boolean reconnects) {
    Queue<RedisCommand<?, ?, ?>> travelling = guarded.stack();
    if (guarded.endpoint().losesReplays(commands)) {
      guard.replay().budgets().of(guarded.remote()).replayLost();
    }
    for (int i = 0; i < commands.size(); i++) {
      RedisCommand<?, ?, ?> command = commands.get(i);
      LostCalls.Fate fate = ruling.fates().get(i);
      boolean part = isPart(lost.get(i)) && fate == LostCalls.Fate.MOVE;
      if ((part || !Calls.isDone(command))
          && mayTravel(command, lost.get(i), fate, death, reconnects)) {
        travelling.add(part ? TransactionPart.of(command) : command);
      }
    }
  }

  private static boolean isPart(Lost lost) {
    return lost.member() || lost.kind() == CommandKind.MULTI || lost.kind().endsTransaction();
  }

  private void leaveBroken(Broken broken, List<RedisCommand<?, ?, ?>> commands) {
    EndpointState endpoint = guarded.endpoint();
    if (broken == Broken.TRANSACTION && !registeredAtTheEnd(commands)) {
      endpoint.leaveBroken(Broken.UNREGISTERED_TRANSACTION);
    } else if (broken != Broken.NOTHING || endpoint.broken() == Broken.WATCH) {
      endpoint.leaveBroken(
          broken); // a lost WATCH has done its work with the transaction it was for
    }
  }

  private boolean registeredAtTheEnd(List<RedisCommand<?, ?, ?>> commands) {
    boolean registered = guarded.session().registered();
    for (RedisCommand<?, ?, ?> command : commands) {
      if (LettuceKinds.of(command) == CommandKind.MULTI) {
        registered = Calls.isRegistered(command);
      }
    }
    return registered;
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
    for (RedisCommand<?, ?, ?> queued : guarded.session().members()) {
      if (!Calls.isDone(queued) && !guarded.stack().contains(queued)) {
        if (ambiguously) {
          fail(queued, Delivery.SENT_UNANSWERED, death);
        } else {
          refuse(queued, Refusal.TRANSACTION, TRANSACTION_LOST);
        }
      }
    }
  }

  private List<Lost> describe(
      List<RedisCommand<?, ?, ?>> commands, int handedDown, boolean answeredInPart) {
    long sent = handedDown - guarded.ledger().unsent();
    boolean unregistered =
        guarded.session().transaction() == Session.Transaction.OPEN
            && !guarded.session().registered();
    List<Lost> lost = new ArrayList<>(commands.size());
    for (int i = 0; i < commands.size(); i++) {
      RedisCommand<?, ?, ?> command = commands.get(i);
      Progress progress;
      if (i == sent && i < handedDown && !guarded.endpoint().maySendAgain(command)) {
        progress = Progress.UNSENDABLE;
      } else if (i >= sent) {
        progress = Progress.UNSENT;
      } else if (i == 0 && answeredInPart) {
        progress = Progress.ANSWERED_IN_PART;
      } else {
        progress = Progress.SENT;
      }
      CommandKind kind = LettuceKinds.of(command);
      if (kind == CommandKind.MULTI) {
        unregistered = !Calls.isRegistered(command);
      }
      boolean member = kind != CommandKind.MULTI && (unregistered || Calls.isMember(command));
      boolean callerGone = Calls.isDone(TransactionPart.callers(command));
      lost.add(new Lost(kind, progress, member, callerGone));
      if (kind.endsTransaction()) {
        unregistered = false;
      }
    }
    return lost;
  }

  /** The last that was sent may be a {@code MULTI}: of its transaction the server knows no more. */
  private void describeLoneMulti(
      List<RedisCommand<?, ?, ?>> commands, List<Lost> lost, int handedDown, Death death) {
    int last = (int) (handedDown - guarded.ledger().unsent()) - 1;
    if (last < 0) {
      return;
    }
    RedisCommand<?, ?, ?> command = commands.get(last);
    Lost multi = lost.get(last);
    if (multi.kind() == CommandKind.MULTI
        && multi.progress() == Progress.SENT
        && !multi.callerGone()
        && mayReplay(command, multi, ReplaySafety.SAFE, death)) {
      lost.set(last, new Lost(multi.kind(), Progress.REPEATABLE, multi.member(), false));
    }
  }

  /**
   * The guard's own PING, and commands outside of transactions whose callers have gone; but what
   * one of them was to watch, the transaction behind it relies on.
   */
  private void removeFinished(List<RedisCommand<?, ?, ?>> commands, List<Lost> lost) {
    int gone = 0;
    for (int i = commands.size() - 1; i >= 0; i--) {
      boolean finished = lost.get(i).callerGone() && !isPart(lost.get(i));
      boolean ours = ProbeCommand.isOurs(commands.get(i));
      if (finished || ours) {
        gone += ours ? 0 : 1;
        if (lost.get(i).kind() != CommandKind.WATCH) {
          commands.remove(i);
          lost.remove(i);
        }
      }
    }
    guarded.meters().called(gone);
    guarded.meters().timedOut(gone);
  }

  private static void answerLostMultis(
      List<RedisCommand<?, ?, ?>> commands, List<Lost> lost, Ruling ruling) {
    for (int i = 0; i < commands.size(); i++) {
      if (lost.get(i).kind() == CommandKind.MULTI
          && ruling.fates().get(i) != LostCalls.Fate.MOVE
          && !Calls.isDone(commands.get(i))) {
        Calls.answerLostMulti(commands.get(i));
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
      case MOVE -> mayMove(command, lost, reconnects);
      case BY_SAFETY -> {
        if (reconnects && mayReplay(command, lost, CommandSafety.of(command), death)) {
          replayed++;
          yield true;
        }
        fail(command, delivery(lost), death);
        yield false;
      }
      case AMBIGUOUS -> {
        fail(command, delivery(lost), death);
        yield false;
      }
      case NOT_EXECUTED -> {
        if (lost.progress() == Progress.UNSENDABLE) {
          refuse(command, Refusal.UNSENDABLE, UNSENDABLE);
        } else {
          refuse(command, Refusal.TRANSACTION, TRANSACTION_LOST);
        }
        yield false;
      }
    };
  }

  private boolean mayMove(RedisCommand<?, ?, ?> command, Lost lost, boolean reconnects) {
    if (reconnects) {
      if (lost.progress() == Progress.REPEATABLE) {
        replayed++;
      } else {
        moved++;
      }
      return true;
    }
    refuse(command, Refusal.NO_RECONNECT, NOT_AGAIN);
    return false;
  }

  private boolean mayReplay(
      RedisCommand<?, ?, ?> command, Lost lost, ReplaySafety safety, Death death) {
    LostCall call =
        new LostCall(CommandName.forPeople(command), delivery(lost), safety, death.cause());
    return guarded.endpoint().mayReplay(command, call, guarded.remote());
  }

  private void fail(RedisCommand<?, ?, ?> command, Delivery delivery, Death death) {
    ambiguous++;
    guarded.meters().ambiguous(CommandName.tag(command));
    Calls.fail(
        command,
        new AmbiguousOutcomeException(
            CommandName.forPeople(command),
            delivery,
            death.cause(),
            death.evidence(),
            CommandSafety.of(command)));
  }

  private void refuse(RedisCommand<?, ?, ?> command, Refusal reason, String why) {
    notExecuted++;
    guarded.meters().notExecuted(reason.tag());
    Calls.fail(command, new NotExecutedException(CommandName.forPeople(command), why));
  }

  private static Delivery delivery(Lost lost) {
    return lost.progress() == Progress.ANSWERED_IN_PART
        ? Delivery.ANSWERED_IN_PART
        : Delivery.SENT_UNANSWERED;
  }

  private DeathSigns signs(Death death, int handedDown) {
    boolean inFlight = handedDown > guarded.ledger().untaken();
    DeathSigns.Builder signs =
        guarded
            .history()
            .signs(
                death.cause(),
                inFlight,
                guarded.clocks(),
                guarded.settings().plan(),
                System.nanoTime())
            .answeredBeside(guarded.wasAnsweredBeside());
    if (guarded.session().listens()) {
      signs.idle(Duration.ZERO); // its path was asked about every second: no limit is to be learned
    }
    if (inFlight && handedDown <= guarded.ledger().unsent()) {
      signs.nothingArrived();
    }
    return signs.build();
  }

  ReplacedSessions sessions() {
    return guard.sessions();
  }

  private void report(Death death, DeathSigns signs) {
    sessions().ended(guarded);
    guarded.meters().swapped(death.cause(), guarded.remote());
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
    if (death.evidence().equals(GuardedChannel.WRITE_DECLINED)) {
      guard.successors().leaveReplica(guarded.remote());
    }
  }
}
