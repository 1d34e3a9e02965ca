package dev.holdfast.benchmarks.transparency;

import dev.holdfast.benchmarks.transparency.Step.Api;
import dev.holdfast.benchmarks.transparency.Transcript.Section;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.protocol.AsyncCommand;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.RedisCommand;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;

/** A connection in a program's hands. What is called by two callers at once is thread-safe. */
final class Session<K, V> {

  /** A call that did not wait for its answer. */
  private record Issued(
      String label, boolean member, CompletableFuture<?> future, AtomicBoolean told) {}

  private final String name;
  private final StatefulRedisConnection<K, V> connection;
  private final Codec<K, V> codec;
  private final boolean shared;
  private final Transcript transcript;
  private final ConcurrentLinkedQueue<Issued> issued = new ConcurrentLinkedQueue<>();
  private final ConcurrentLinkedQueue<String> completed = new ConcurrentLinkedQueue<>();
  private volatile boolean autoFlush = true;
  private volatile boolean mute;

  /** Lettuce has forgotten calls that belong to a transaction. */
  private volatile boolean stray;

  Session(
      String name,
      StatefulRedisConnection<K, V> connection,
      Codec<K, V> codec,
      boolean shared,
      Transcript transcript) {
    this.name = name;
    this.connection = connection;
    this.codec = codec;
    this.shared = shared;
    this.transcript = transcript;
  }

  StatefulRedisConnection<K, V> connection() {
    return connection;
  }

  Codec<K, V> codec() {
    return codec;
  }

  /** Nothing is answered before the end: nobody waits for it. */
  private boolean waitsInVain() {
    return !autoFlush || mute;
  }

  /** A guard that was told that the connection is shared refuses to block it: so do not try. */
  private boolean wouldBlockOthers(Call call) {
    return shared && call.name().equals("BLPOP") && !connection.isMulti();
  }

  void call(String label, Api wanted, Call call) {
    if (wouldBlockOthers(call)) {
      return;
    }
    if (call.words().size() > 2 && call.words().get(1).text().equals("REPLY")) {
      mute = true;
    }
    if (call.name().equals("MULTI") && connection.isMulti()) {
      stray = true;
    }
    switch (waitsInVain() && wanted == Api.SYNC ? Api.ASYNC : wanted) {
      case SYNC -> waitFor(label, call);
      case ASYNC -> issue(label, call);
      case REACTIVE -> {
        boolean member = member(call);
        note(
            label,
            member,
            () ->
                connection
                    .reactive()
                    .dispatch(call.keyword(), call.reply().output(codec.codec()), call.args(codec))
                    .collectList()
                    .toFuture());
      }
    }
  }

  private void waitFor(String label, Call call) {
    String answer;
    try {
      answer =
          Shown.answer(
              connection
                  .sync()
                  .dispatch(call.keyword(), call.reply().output(codec.codec()), call.args(codec)));
    } catch (RuntimeException thrown) {
      answer = Shown.failure(thrown);
    }
    transcript.add(Section.ANSWERS, label + " -> " + answer);
  }

  void within(String label, int millis, Call call) {
    Duration before = connection.getTimeout();
    connection.setTimeout(Duration.ofMillis(millis));
    waitFor(label, call);
    connection.setTimeout(before);
  }

  void issue(String label, Call call) {
    note(
        label,
        member(call),
        () ->
            connection
                .async()
                .dispatch(call.keyword(), call.reply().output(codec.codec()), call.args(codec))
                .toCompletableFuture());
  }

  /** Makes a call without waiting for its answer. */
  interface Issue {
    CompletableFuture<?> now();
  }

  /** In a transaction whatever does not end it is answered at its end. */
  private boolean member(Call call) {
    return connection.isMulti() && !List.of("EXEC", "MULTI", "WATCH").contains(call.name());
  }

  void note(String label, boolean member, Issue issue) {
    CompletableFuture<?> future;
    try {
      future = issue.now();
    } catch (RuntimeException thrown) {
      transcript.add(Section.ANSWERS, label + " threw " + Shown.failure(thrown));
      return;
    }
    AtomicBoolean told = new AtomicBoolean();
    issued.add(new Issued(label, member, future, told));
    future.whenComplete(
        (answer, failure) -> {
          completed.add(label);
          told.set(true);
        });
  }

  void dispatch(String label, List<Call> calls) {
    List<RedisCommand<K, V, ?>> commands = new ArrayList<>();
    List<CompletableFuture<?>> futures = new ArrayList<>();
    for (Call call : calls) {
      AsyncCommand<K, V, ?> command = command(call);
      commands.add(command);
      futures.add(command);
    }
    boolean member = connection.isMulti();
    for (int i = 0; i < calls.size(); i++) {
      CompletableFuture<?> future = futures.get(i);
      note(label + "." + i + " " + calls.get(i), member, () -> future);
    }
    connection.dispatch(commands);
  }

  private AsyncCommand<K, V, ?> command(Call call) {
    return new AsyncCommand<>(
        new Command<>(call.keyword(), call.reply().output(codec.codec()), call.args(codec)));
  }

  void autoFlush(boolean on) {
    connection.setAutoFlushCommands(on);
    autoFlush = on;
  }

  void flush() {
    connection.flushCommands();
  }

  void cancelNewest() {
    Issued newest = null;
    for (Issued call : issued) {
      newest = call.future().isDone() ? newest : call;
    }
    if (newest != null) {
      newest.future().cancel(false);
    }
  }

  /** Waits until everything is answered that will be, as far as one can know. */
  void settle(Patience patience) {
    if (!autoFlush) {
      return;
    }
    boolean open = connection.isMulti();
    patience.await(
        mute || stray,
        completed::size,
        () -> issued.stream().allMatch(call -> call.told().get() || (open && call.member())));
  }

  /** Waits until the calls of a closed connection have ended, as far as they will. */
  void awaitEnd(Patience patience) {
    patience.await(
        true,
        completed::size,
        () -> issued.stream().allMatch(call -> call.future().isDone() && call.told().get()));
  }

  /** The answers of all calls that were not waited for, and the order in which they came. */
  void tell() {
    for (Issued call : issued) {
      CompletableFuture<?> future = call.future();
      transcript.add(Section.ANSWERS, call.label() + " -> " + outcome(future));
    }
    completed.forEach(label -> transcript.add(Section.ORDER, name + ": " + label));
  }

  private static String outcome(CompletableFuture<?> future) {
    if (!future.isDone()) {
      return "waiting";
    }
    if (future.isCancelled()) {
      return "cancelled";
    }
    try {
      return Shown.answer(future.getNow(null));
    } catch (RuntimeException failed) {
      return Shown.failure(failed);
    }
  }

  /** Those still waiting. */
  void tellWaiting(String when) {
    for (Issued call : issued) {
      if (!call.future().isDone()) {
        transcript.add(Section.ENDING, name + " " + when + ": " + call.label());
      }
    }
  }

  boolean openEnded() {
    return mute || stray || connection.isMulti();
  }
}
