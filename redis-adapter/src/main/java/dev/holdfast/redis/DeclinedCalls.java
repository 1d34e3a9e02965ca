package dev.holdfast.redis;

import dev.holdfast.internal.command.Decline;
import dev.holdfast.internal.retry.RetryBudget;
import io.github.resilience4j.core.IntervalFunction;
import io.lettuce.core.protocol.RedisCommand;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The commands of a channel that its server has declined to run for now. They are sent again, in
 * their order and ahead of whatever came after: one of them first, with a back-off, and the others
 * once that one is taken. While they wait everything behind them waits too.
 *
 * <p>Only the latest commands can be: where the server has run one that was sent after them, to
 * send them again would change the order, and their callers hear what it said. So they do when they
 * are declined for longer than the guard's patience, and inside a transaction. Where too many come
 * to nothing, at all connections to a server together, they wait on and are sent more seldom.
 *
 * <p>A replica that declines a write ({@code READONLY}) will not be a primary soon. The connection
 * is given up, and they move to the next, once: its address is resolved anew.
 *
 * <p>Confined to the event loop.
 */
final class DeclinedCalls {

  /** What the gate does for them. */
  interface Gate {

    /**
     * Hands a command down.
     *
     * @return whether it went; not if its caller has gone
     */
    boolean send(RedisCommand<?, ?, ?> command);

    /** Whether what is taken now would become part of a transaction that is being issued. */
    boolean insideTransaction();

    /** Takes a command as if its caller had just issued it. */
    void admit(RedisCommand<?, ?, ?> command);

    /** Nothing waits here any more. */
    void reopen();
  }

  private enum Phase {
    NONE,
    /** Answers to what was sent behind the declined ones are still to come. */
    COLLECTING,
    WAITING,
    /** One of them was sent again. */
    TRYING
  }

  private static final Set<String> OF_THE_OPERATOR =
      Set.of(
          "ACL",
          "CLUSTER",
          "COMMAND",
          "CONFIG",
          "DEBUG",
          "FAILOVER",
          "FUNCTION",
          "INFO",
          "REPLICAOF",
          "ROLE",
          "SCRIPT",
          "SHUTDOWN",
          "SLAVEOF");

  private static final IntervalFunction WAIT = Decline.WAITS.waits();
  private static final int MOST = 30;

  private final GuardedChannel guarded;
  private final Gate gate;
  private final Predicate<DeclinedCommand<?, ?, ?>> taker = this::take;
  private final ArrayDeque<DeclinedCommand<?, ?, ?>> calls = new ArrayDeque<>(0);

  /** Declined for their keys' sake, and so without others behind them: {@code TRYAGAIN}. */
  private Set<DeclinedCommand<?, ?, ?>> alone = Set.of();

  private Phase phase = Phase.NONE;
  private Decline latest = Decline.LOADING;

  /** Of the last one declined, or of the one that is tried, among the commands handed down. */
  private long position;

  private boolean again;
  private int tries;
  private @Nullable Future<?> timer;

  DeclinedCalls(GuardedChannel guarded, Gate gate) {
    this.guarded = guarded;
    this.gate = gate;
  }

  /** Whether commands must not pass. */
  boolean pending() {
    return phase != Phase.NONE;
  }

  /** Whether one may pass all the same: the server runs it in any mood, and it may end that. */
  boolean letsPass(RedisCommand<?, ?, ?> command) {
    return (phase == Phase.WAITING || phase == Phase.TRYING)
        && OF_THE_OPERATOR.contains(CommandName.of(command));
  }

  /** The next reply seems to decline a command: those unanswered are to tell of it. */
  void expect() {
    Queue<RedisCommand<?, ?, ?>> stack = guarded.stack();
    RedisCommand<?, ?, ?> next = stack.peek();
    if (next == null
        || DeclinedCommand.comesTo(next, taker)
        || guarded.settings().declinedPatience().isZero()) {
      return;
    }
    List<RedisCommand<?, ?, ?>> unanswered = new ArrayList<>(stack);
    stack.clear();
    for (RedisCommand<?, ?, ?> command : unanswered) {
      stack.add(ProbeCommand.isOurs(command) ? command : DeclinedCommand.of(command, taker));
    }
  }

  private boolean take(DeclinedCommand<?, ?, ?> command) {
    boolean taken = takes(command);
    if (taken) {
      PartialReplies.onThisEventLoop().ours++; // its caller waits on: the answer was the guard's
    }
    return taken;
  }

  private boolean takes(DeclinedCommand<?, ?, ?> command) {
    Decline decline = DeclinedAnswer.of(command);
    if (decline == null) {
      return false;
    }
    guarded.meters().declined(decline.tag());
    if (decline == Decline.TRYAGAIN) {
      if (command.wasSentAgain()) {
        budget().replayLost();
      }
      return mayWait(command, decline) && tryAgain(command);
    }
    long at = guarded.answered();
    again |= phase == Phase.TRYING && at == position;
    if (phase == Phase.WAITING || !mayWait(command, decline)) {
      return false; // sent past those that wait, or for too long
    }
    if (phase == Phase.COLLECTING && at != position + 1) {
      answerAll();
    }
    if (phase == Phase.TRYING) {
      calls.addFirst(command);
    } else {
      phase = Phase.COLLECTING;
      calls.add(command);
    }
    position = at;
    latest = decline;
    return true;
  }

  /** A cluster reorders such commands in any case, as those that are redirected. */
  private boolean tryAgain(DeclinedCommand<?, ?, ?> command) {
    if (alone.isEmpty()) {
      alone = new LinkedHashSet<>();
    }
    alone.add(command);
    guarded
        .channel()
        .eventLoop()
        .schedule(() -> admit(command), WAIT.apply(command.tries()), TimeUnit.MILLISECONDS);
    return true;
  }

  private void admit(DeclinedCommand<?, ?, ?> command) {
    if (!alone.contains(command)) {
      return;
    }
    alone.remove(command);
    if (Calls.isDone(command)) {
      return;
    }
    if (gate.insideTransaction() || !budget().allowsDeclined()) {
      tryAgain(command);
      return;
    }
    command.forgetAnswer();
    command.sentAgain();
    gate.admit(command);
  }

  private boolean mayWait(DeclinedCommand<?, ?, ?> command, Decline decline) {
    long now = System.nanoTime();
    long patience = guarded.settings().declinedPatience().toNanos();
    return LettuceKinds.of(command).leavesNothing()
        && !Calls.isMember(command)
        && !guarded.session().insideTransaction()
        && guarded.session().transaction() == Session.Transaction.NONE
        && !Calls.isDone(command)
        && command.declinedForNanos(now) < patience
        && (decline != Decline.READONLY || mayMove(command, now));
  }

  private boolean mayMove(DeclinedCommand<?, ?, ?> command, long now) {
    return !command.moved() && guarded.reconnects() && guarded.mayLeaveReplica(now);
  }

  /** The channel was read, and what had come whole was answered. */
  void read() {
    switch (phase) {
      case COLLECTING -> {
        if (guarded.answered() > position) {
          answerAll();
          over();
        } else if (guarded.stack().isEmpty()) {
          allAnswered();
        }
      }
      case TRYING -> {
        if (again) {
          budget().replayLost();
          await();
        } else if (guarded.answered() >= position) {
          taken();
        }
      }
      case NONE, WAITING -> {}
    }
  }

  private void allAnswered() {
    if (latest != Decline.READONLY) {
      await();
      return;
    }
    calls.forEach(DeclinedCommand::moves);
    phase = Phase.WAITING;
    guarded.leaveReplica(System.nanoTime(), GuardedChannel.WRITE_DECLINED);
  }

  private void await() {
    again = false;
    if (calls.isEmpty()) {
      over();
      return;
    }
    phase = Phase.WAITING;
    long millis = WAIT.apply(Math.min(++tries, MOST));
    timer = guarded.channel().eventLoop().schedule(this::tryOne, millis, TimeUnit.MILLISECONDS);
  }

  private void tryOne() {
    if (phase != Phase.WAITING || !guarded.open()) {
      return;
    }
    if (!budget().allowsDeclined()) {
      waitOn();
      return;
    }
    phase = Phase.TRYING;
    if (!sendFirst()) {
      over();
    }
  }

  /** Without asking the server. */
  private void waitOn() {
    DeclinedCommand<?, ?, ?> first = calls.peek();
    long patience = guarded.settings().declinedPatience().toNanos();
    if (first != null && first.declinedForNanos(System.nanoTime()) >= patience) {
      answerAll();
      over();
    } else {
      await();
    }
  }

  private RetryBudget budget() {
    return guarded.endpoint().declinedBy(guarded.remote());
  }

  /** Those behind the first are sent once it is taken. */
  private boolean sendFirst() {
    for (DeclinedCommand<?, ?, ?> next = calls.poll(); next != null; next = calls.poll()) {
      if (send(next)) {
        position = guarded.handedDown();
        return true;
      }
    }
    return false;
  }

  private boolean send(DeclinedCommand<?, ?, ?> command) {
    if (Calls.isDone(command)) {
      return false;
    }
    command.forgetAnswer();
    return gate.send(command);
  }

  private void taken() {
    tries = 0;
    budget().replayAnswered();
    while (!calls.isEmpty() && guarded.open()) {
      send(calls.removeFirst());
    }
    over();
  }

  private void over() {
    if (calls.isEmpty()) {
      phase = Phase.NONE;
      gate.reopen();
    }
  }

  private void answerAll() {
    for (DeclinedCommand<?, ?, ?> next = calls.poll(); next != null; next = calls.poll()) {
      next.answer();
    }
  }

  /** The channel is gone: those that wait are as if they had never been sent. */
  void drainInto(Collection<RedisCommand<?, ?, ?>> commands) {
    if (phase == Phase.COLLECTING) {
      answerAll(); // what was sent after them may have run
    }
    for (DeclinedCommand<?, ?, ?> next : takeAll()) {
      if (!Calls.isDone(next)) {
        next.forgetAnswer();
        commands.add(next);
      }
    }
  }

  /** Lettuce's {@code reset()}. */
  void cancelAll() {
    takeAll().forEach(Calls::cancel);
  }

  private List<DeclinedCommand<?, ?, ?>> takeAll() {
    List<DeclinedCommand<?, ?, ?>> all = new ArrayList<>(alone);
    all.addAll(calls);
    alone = Set.of();
    calls.clear();
    phase = Phase.NONE;
    if (timer != null) {
      timer.cancel(false);
      timer = null;
    }
    return all;
  }
}
