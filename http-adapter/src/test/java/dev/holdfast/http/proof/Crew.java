package dev.holdfast.http.proof;

import dev.holdfast.diagnosis.Explanation;
import dev.holdfast.http.proof.Settled.End;
import dev.holdfast.retry.AmbiguousOutcomeException;
import dev.holdfast.retry.NotExecutedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** Callers of one contender, each on a thread of its own. */
final class Crew implements AutoCloseable {

  private final HttpContender contender;
  private final String name;
  private final int callers;
  private final ExecutorService threads;
  private final CountDownLatch looping;
  private volatile boolean closed;

  /**
   * @param name begins the ids of all calls
   */
  Crew(String name, HttpContender contender, int callers) {
    this.name = name;
    this.contender = contender;
    this.callers = callers;
    this.threads = Executors.newFixedThreadPool(callers);
    this.looping = new CountDownLatch(callers);
  }

  /** How often its guard has found this explanation. */
  double diagnosed(Explanation explanation) {
    var counter =
        contender
            .meters()
            .find("holdfast.diagnoses")
            .tag("explanation", explanation.tag())
            .counter();
    return counter == null ? 0 : counter.count();
  }

  /** Every caller calls once, all at the same time; calls not settled in time hang. */
  List<Settled> burst(String wave, Verb verb, Duration patience) throws InterruptedException {
    CyclicBarrier together = new CyclicBarrier(callers);
    return all(
        verb,
        patience,
        caller ->
            () -> {
              await(together);
              return List.of(settle(contender, verb, name + "-" + wave + "-" + caller));
            });
  }

  /** Callers call again and again, GET and POST in equal numbers, until told to stop. */
  Future<List<Settled>> loop(BooleanSupplier running, Duration patience) {
    ExecutorService waiter = Executors.newSingleThreadExecutor();
    Future<List<Settled>> all =
        waiter.submit(
            () ->
                all(
                    Verb.POST,
                    patience,
                    caller ->
                        () -> {
                          List<Settled> calls = new ArrayList<>();
                          Verb verb = caller % 2 == 0 ? Verb.GET : Verb.POST;
                          for (int i = 0; running.getAsBoolean() && !closed; i++) {
                            calls.add(settle(contender, verb, name + "-" + caller + "-" + i));
                            if (i == 0) {
                              looping.countDown();
                            }
                          }
                          return calls;
                        }));
    waiter.shutdown();
    return all;
  }

  /** Waits until every caller of the loop has had an answer. */
  void awaitLooping(Duration patience) throws InterruptedException {
    if (!looping.await(patience.toNanos(), TimeUnit.NANOSECONDS)) {
      throw new IllegalStateException(looping.getCount() + " callers had no answer yet");
    }
  }

  private List<Settled> all(Verb verb, Duration patience, IntFunction<Callable<List<Settled>>> work)
      throws InterruptedException {
    List<Future<List<Settled>>> futures =
        IntStream.range(0, callers).mapToObj(i -> threads.submit(work.apply(i))).toList();
    long end = System.nanoTime() + patience.toNanos();
    List<Settled> settled = new ArrayList<>();
    for (Future<List<Settled>> future : futures) {
      try {
        settled.addAll(future.get(end - System.nanoTime(), TimeUnit.NANOSECONDS));
      } catch (TimeoutException hangs) {
        settled.add(new Settled("?", verb, End.HUNG, patience.toMillis(), hangs));
      } catch (ExecutionException broken) {
        throw new IllegalStateException(broken);
      }
    }
    return settled;
  }

  private static void await(CyclicBarrier together) throws InterruptedException {
    try {
      together.await();
    } catch (BrokenBarrierException e) {
      throw new IllegalStateException(e);
    }
  }

  /** One call, and how it ends. */
  static Settled settle(HttpContender contender, Verb verb, String id) {
    long began = System.nanoTime();
    try {
      Reply reply = contender.call(verb, id);
      End end = reply.answers(id) ? End.ANSWERED : End.FALSELY_ANSWERED;
      return new Settled(id, verb, end, millisSince(began), null);
    } catch (Exception thrown) {
      return new Settled(id, verb, end(thrown), millisSince(began), thrown);
    }
  }

  private static End end(Exception thrown) {
    if (AmbiguousOutcomeException.in(thrown).isPresent()) {
      return End.AMBIGUOUS;
    }
    return NotExecutedException.in(thrown).isPresent() ? End.NOT_EXECUTED : End.FAILED;
  }

  private static long millisSince(long began) {
    return (System.nanoTime() - began) / 1_000_000;
  }

  /** Ends the contender too, which frees its callers. */
  @Override
  public void close() throws Exception {
    closed = true; // a test that fails does not tell its callers to stop
    threads.shutdownNow();
    contender.close();
  }
}
