package dev.holdfast.http.apache.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.diagnosis.Cause;
import dev.holdfast.http.apache.AmbiguousHttpOutcomeException;
import dev.holdfast.lab.Await;
import dev.holdfast.lab.NginxServer;
import dev.holdfast.lab.kernel.Dial;
import dev.holdfast.lab.kernel.KernelLab;
import dev.holdfast.lab.kernel.Network;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The path dies under fifty used connections, and their next requests are sent into it. */
@KernelLab
final class BusyPathLossTest {

  private static final int CALLERS = 50;

  /** How one call ended, and after how long. */
  private record End(Class<?> thrown, long millis) {}

  private static End call(KernelClient client, String id, Runnable onHead) {
    long began = System.nanoTime();
    Class<?> thrown = Void.class;
    try {
      client.send("POST", id, onHead);
    } catch (IOException e) {
      thrown = e.getClass();
    }
    return new End(thrown, (System.nanoTime() - began) / 1_000_000);
  }

  private static List<End> callAll(
      KernelClient client, ExecutorService callers, String name, Runnable onHead) throws Exception {
    List<Future<End>> calls = new ArrayList<>();
    for (int i = 0; i < CALLERS; i++) {
      String id = name + i;
      calls.add(callers.submit(() -> call(client, id, onHead)));
    }
    List<End> ends = new ArrayList<>();
    for (Future<End> one : calls) {
      ends.add(one.get(30, TimeUnit.SECONDS));
    }
    return ends;
  }

  /** Nobody gives its connection back before all have one. */
  private static void openAll(KernelClient client, ExecutorService callers, String name)
      throws Exception {
    CountDownLatch all = new CountDownLatch(CALLERS);
    List<End> ends =
        callAll(
            client,
            callers,
            name,
            () -> {
              all.countDown();
              try {
                assertThat(all.await(10, TimeUnit.SECONDS)).isTrue();
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
            });
    assertThat(ends).allMatch(end -> end.thrown() == Void.class);
  }

  @Test
  void mustFreeFiftyCallersInAboutASecond(Network network) throws Exception {
    NginxServer nginx = network.nginx(0, builder -> builder);
    network.loose(false);
    network.delay(Duration.ofMillis(10));
    ExecutorService callers = Executors.newFixedThreadPool(CALLERS);
    try (KernelClient bare = KernelClient.bare(Dial.ROUTED, nginx);
        KernelClient guarded = KernelClient.unproved(Dial.ROUTED, nginx)) {
      openAll(bare, callers, "bare");
      openAll(guarded, callers, "warm");
      network.forgetAll();
      List<End> ends = callAll(guarded, callers, "guarded", () -> {});
      long slowest = ends.stream().mapToLong(End::millis).max().orElseThrow();
      System.out.printf(
          "[kernel-lab] 50 in flight, all flows forgotten: freed within %d ms%n", slowest);
      assertThat(ends).allMatch(end -> end.thrown() == AmbiguousHttpOutcomeException.class);
      Await.until("all told", KernelClient.SOON, () -> guarded.swaps().size() >= CALLERS);
      assertThat(guarded.swaps())
          .hasSize(CALLERS)
          .allMatch(swap -> swap.cause() == Cause.PATH_SILENT);
      List<End> hung = callAll(bare, callers, "lost", () -> {});
      assertThat(hung).allMatch(end -> end.thrown() == SocketTimeoutException.class);
    } finally {
      callers.shutdownNow();
    }
  }
}
