package dev.holdfast.internal.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class LoopTicksTest {

  private static final long TICK = LoopTicks.TICK.toNanos();
  private static final long NOTHING_SCHEDULED = -1;

  private final EmbeddedChannel channel = new EmbeddedChannel();
  private final List<String> ran = new ArrayList<>();

  LoopTicksTest() {
    channel.freezeTime();
  }

  private void await(long nanos) {
    channel.advanceTimeBy(nanos, TimeUnit.NANOSECONDS);
    channel.runScheduledPendingTasks();
  }

  private void later(String name) {
    LoopTicks.runAfterNext(channel.eventLoop(), new LoopTicks.Wait(() -> ran.add(name)));
  }

  @Test
  void mustRunWithTheSecondTickAndThenRest() {
    later("a");
    await(TICK);
    await(TICK - 1);
    assertThat(ran).isEmpty();
    await(1);
    assertThat(ran).containsExactly("a");
    assertThat(channel.runScheduledPendingTasks()).isEqualTo(NOTHING_SCHEDULED);
  }

  @Test
  void mustNotRunBeforeOneTickHasPassed() {
    later("a");
    await(TICK - 1);
    later("b");
    await(1);
    assertThat(ran).isEmpty();
    await(TICK);
    assertThat(ran).containsExactly("a", "b");
  }

  @Test
  void mustCountFromALateTick() {
    later("a");
    channel.advanceTimeBy(2 * TICK - 1, TimeUnit.NANOSECONDS); // the loop is held up
    later("b");
    channel.runScheduledPendingTasks();
    await(TICK - 1);
    assertThat(ran).isEmpty();
    await(1);
    assertThat(ran).containsExactly("a", "b");
  }

  @Test
  void mustRunTheOthersIfOneThrows() {
    LoopTicks.runAfterNext(
        channel.eventLoop(),
        new LoopTicks.Wait(
            () -> {
              throw new IllegalStateException("on purpose");
            }));
    later("b");
    await(TICK);
    await(TICK);
    assertThat(ran).containsExactly("b");
  }

  @Test
  void mustGoOnForWhatARunAsksFor() {
    LoopTicks.runAfterNext(channel.eventLoop(), new LoopTicks.Wait(() -> later("again")));
    await(TICK);
    await(TICK);
    assertThat(ran).isEmpty();
    await(TICK);
    await(TICK);
    assertThat(ran).containsExactly("again");
    assertThat(channel.runScheduledPendingTasks()).isEqualTo(NOTHING_SCHEDULED);
  }

  @Test
  void mustNotRunWhatHasEnded() {
    LoopTicks.Wait ended = new LoopTicks.Wait(() -> ran.add("a"));
    LoopTicks.runAfterNext(channel.eventLoop(), ended);
    ended.end();
    await(TICK);
    await(TICK);
    assertThat(ran).isEmpty();
  }

  @Test
  void mustNotRunWhatWasCancelled() {
    LoopTicks.Wait wait = new LoopTicks.Wait(() -> ran.add("a"));
    LoopTicks.runAfterNext(channel.eventLoop(), wait);
    wait.cancel();
    assertThat(wait.isInList()).isTrue();
    await(TICK);
    await(TICK);
    assertThat(ran).isEmpty();
    assertThat(wait.isInList()).isFalse();
  }

  @Test
  void mustRunOnceAtTheFirstTickChosen() {
    LoopTicks.Wait wait = new LoopTicks.Wait(() -> ran.add("a"));
    LoopTicks.runAfterNext(channel.eventLoop(), wait);
    wait.cancel();
    await(TICK);
    LoopTicks.runAfterNext(channel.eventLoop(), wait);
    await(TICK);
    assertThat(ran).containsExactly("a");
    await(TICK);
    assertThat(channel.runScheduledPendingTasks()).isEqualTo(NOTHING_SCHEDULED);
    assertThat(ran).containsExactly("a");
  }

  @Test
  void mustKeepLoopsApart() {
    EmbeddedChannel other = new EmbeddedChannel();
    other.freezeTime();
    later("a");
    LoopTicks.runAfterNext(other.eventLoop(), new LoopTicks.Wait(() -> ran.add("other")));
    later("b");
    await(TICK);
    await(TICK);
    assertThat(ran).containsExactlyInAnyOrder("a", "b");
    other.advanceTimeBy(TICK, TimeUnit.NANOSECONDS);
    other.runScheduledPendingTasks();
    other.advanceTimeBy(TICK, TimeUnit.NANOSECONDS);
    other.runScheduledPendingTasks();
    assertThat(ran).containsExactlyInAnyOrder("a", "b", "other");
    other.finishAndReleaseAll();
  }
}
