package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.internal.retry.ReplayRetry;
import dev.holdfast.redis.LostCalls.Broken;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.AsyncCommand;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.RedisCommand;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What waits on a connection that was given up, when it is too much. */
final class HeldCommandsTest {

  private final EndpointState endpoint = new EndpointState(ReplayRetry.of("test", 3, false), false);
  private final GuardedChannel lost = EmbeddedGuard.channel(endpoint, 3);
  private final HeldCommands held = new HeldCommands(lost);

  HeldCommandsTest() {
    lost.channel().close();
  }

  private AsyncCommand<String, String, String> hold(CommandType type) {
    AsyncCommand<String, String, String> command =
        new AsyncCommand<>(new Command<>(type, new StatusOutput<>(StringCodec.UTF8)));
    held.add(LettuceKinds.of(command), command, lost.channel().newPromise());
    return command;
  }

  private static void mustNotHaveRun(AsyncCommand<?, ?, ?> command) {
    assertThatThrownBy(() -> command.toCompletableFuture().get(1, TimeUnit.SECONDS))
        .hasCauseInstanceOf(RedisNotExecutedException.class)
        .cause()
        .hasMessageContaining("heldLimit");
  }

  private List<RedisCommand<?, ?, ?>> left() {
    List<RedisCommand<?, ?, ?>> left = new ArrayList<>();
    held.drainInto(left);
    return left;
  }

  @Test
  void mustRefuseTheOneThatIsTooMany() {
    AsyncCommand<?, ?, ?> first = hold(CommandType.INCR);
    hold(CommandType.INCR);
    hold(CommandType.INCR);
    mustNotHaveRun(hold(CommandType.INCR));
    assertThat(first.isDone()).isFalse();
    assertThat(left()).hasSize(3);
  }

  @Test
  void mustRefuseATransactionWholeThatDoesNotFit() {
    AsyncCommand<?, ?, ?> before = hold(CommandType.INCR);
    AsyncCommand<?, ?, ?> multi = hold(CommandType.MULTI);
    AsyncCommand<?, ?, ?> member = hold(CommandType.SET);
    mustNotHaveRun(hold(CommandType.SET));
    mustNotHaveRun(member);
    assertThat(multi.isDone()).as("Lettuce begins a transaction by its answer").isTrue();
    assertThat(endpoint.broken()).as("what follows of it").isNotEqualTo(Broken.NOTHING);
    assertThat(left()).containsExactly(before);
  }

  @Test
  void mustRefuseATransactionWholeWhoseEndDoesNotFit() {
    AsyncCommand<?, ?, ?> multi = hold(CommandType.MULTI);
    AsyncCommand<?, ?, ?> member = hold(CommandType.SET);
    AsyncCommand<?, ?, ?> other = hold(CommandType.SET);
    mustNotHaveRun(hold(CommandType.EXEC));
    mustNotHaveRun(member);
    mustNotHaveRun(other);
    assertThat(multi.isDone()).isTrue();
    assertThat(endpoint.broken()).as("it is over").isEqualTo(Broken.NOTHING);
    assertThat(left()).isEmpty();
  }
}
