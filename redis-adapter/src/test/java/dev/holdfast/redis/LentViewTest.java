package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.api.reactive.RedisReactiveCommands;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.lettuce.core.pubsub.api.sync.RedisPubSubCommands;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is lent, over connections that note what they are asked. */
@SuppressWarnings("deprecation") // old programs call getStatefulConnection()
final class LentViewTest {

  /** Answered by the view itself. */
  private static final Set<String> OWN =
      Set.of("close", "closeAsync", "isOpen", "sync", "async", "reactive");

  private final List<String> heard = new ArrayList<>();
  private final AtomicBoolean lent = new AtomicBoolean(true);

  private final class Once implements LentView.Terms {
    @Override
    public CompletableFuture<Void> giveBack() {
      lent.set(false);
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public boolean lent() {
      return lent.get();
    }

    @Override
    public void requireLent() {
      if (!lent()) {
        throw new IllegalStateException("returned");
      }
    }
  }

  static Stream<Method> everyMethodOfAConnection() {
    return Arrays.stream(StatefulRedisConnection.class.getMethods());
  }

  static Stream<Method> whatTheConnectionAnswers() {
    return everyMethodOfAConnection().filter(method -> !OWN.contains(method.getName()));
  }

  @ParameterizedTest
  @MethodSource("whatTheConnectionAnswers")
  void mustPassEveryCallToTheSameMethodOfTheConnection(Method method) throws Exception {
    StatefulRedisConnection<?, ?> view = Lendable.of(usual()).lend(new Once());
    heard.clear();
    assertThat(view).isInstanceOf(LentConnection.class);
    method.invoke(view, arguments(method));
    assertThat(heard).containsExactly(method.toString());
  }

  @ParameterizedTest
  @MethodSource("everyMethodOfAConnection")
  void mustNotPassACallOnAfterTheReturn(Method method) throws Exception {
    StatefulRedisConnection<?, ?> view = Lendable.of(usual()).lend(new Once());
    heard.clear();
    view.close();
    if (Set.of("close", "closeAsync", "isOpen").contains(method.getName())) {
      Object told = method.invoke(view);
      assertThat(told).isIn(null, false, told instanceof CompletableFuture<?> ? told : false);
    } else {
      assertThatIllegalStateException()
          .isThrownBy(() -> invoke(view, method))
          .withMessage("returned");
    }
    assertThat(heard).isEmpty();
  }

  @Test
  void mustRefuseCommandsTakenBeforeTheReturn() {
    StatefulRedisConnection<String, String> view = Lendable.of(usual()).lend(new Once());
    List<Runnable> calls =
        List.of(
            () -> view.sync().get("key"),
            () -> view.async().get("key"),
            () -> view.reactive().get("key"));
    calls.forEach(Runnable::run);
    assertThat(heard).filteredOn(call -> call.contains(".get(")).hasSize(3);
    var sync = view.sync();
    var async = view.async();
    var reactive = view.reactive();
    heard.clear();
    view.close();
    assertThatIllegalStateException().isThrownBy(() -> sync.get("key"));
    assertThatIllegalStateException().isThrownBy(() -> async.get("key"));
    assertThatIllegalStateException().isThrownBy(() -> reactive.get("key"));
    assertThat(heard).isEmpty();
  }

  @Test
  void mustLeadBackToItselfAndKeepItsCommands() {
    StatefulRedisConnection<String, String> view = Lendable.of(usual()).lend(new Once());
    StatefulRedisConnection<String, String> other = Lendable.of(usual()).lend(new Once());
    assertThat(view.sync()).isSameAs(view.sync()).isNotEqualTo(other.sync());
    assertThat(view.async()).isSameAs(view.async()).isNotEqualTo(other.async());
    assertThat(view.reactive()).isSameAs(view.reactive()).isNotEqualTo(other.reactive());
    assertThat(view.sync().getStatefulConnection()).isSameAs(view);
    assertThat(view.async().getStatefulConnection()).isSameAs(view);
    assertThat(view.reactive().getStatefulConnection()).isSameAs(view);
    assertThat(view).isNotEqualTo(other).hasToString("lent a usual one");
    assertThat(LentView.behind(view)).isSameAs(view);
  }

  @Test
  void mustLendConnectionsOfOtherKindsAsWhatTheyAre() {
    @SuppressWarnings("unchecked")
    StatefulRedisPubSubConnection<String, String> connection =
        (StatefulRedisPubSubConnection<String, String>)
            fake(
                StatefulRedisPubSubConnection.class,
                () -> fake(RedisPubSubCommands.class, () -> null));
    StatefulRedisPubSubConnection<String, String> view = Lendable.of(connection).lend(new Once());
    LentView behind = LentView.behind(view);
    assertThat(behind).isNotNull().isInstanceOf(LentProxy.class);
    RedisPubSubCommands<String, String> sync = view.sync();
    sync.subscribe("news");
    assertThat(heard).anyMatch(call -> call.contains(".subscribe("));
    assertThat(sync.getStatefulConnection()).isSameAs(view);
    assertThat(view.isOpen()).isTrue();
    view.close();
    assertThat(view.isOpen()).isFalse();
    assertThatIllegalStateException().isThrownBy(() -> sync.subscribe("news"));
    assertThatIllegalStateException().isThrownBy(view::sync);
    assertThatIllegalStateException().isThrownBy(view::getTimeout);
  }

  /** Lettuce's synchronous commands of the usual kind might be of a user's own making. */
  @Test
  void mustLendCommandsOfOtherKindsAsWhatTheyAre() {
    StatefulRedisConnection<String, String> connection =
        connection(() -> fake(RedisPubSubCommands.class, () -> null));
    StatefulRedisConnection<String, String> view = Lendable.of(connection).lend(new Once());
    assertThat(view.sync()).isInstanceOf(RedisPubSubCommands.class);
    assertThat(view.sync().getStatefulConnection()).isSameAs(view);
  }

  private static @Nullable Object invoke(Object view, Method method) throws Exception {
    try {
      return method.invoke(view, arguments(method));
    } catch (InvocationTargetException thrown) {
      throw thrown.getCause() instanceof RuntimeException cause ? cause : thrown;
    }
  }

  private static @Nullable Object[] arguments(Method method) {
    return Arrays.stream(method.getParameterTypes())
        .map(type -> type == boolean.class ? Boolean.TRUE : null)
        .toArray();
  }

  private StatefulRedisConnection<String, String> usual() {
    return connection(() -> null);
  }

  @SuppressWarnings("unchecked")
  private StatefulRedisConnection<String, String> connection(Supplier<@Nullable Object> sync) {
    return (StatefulRedisConnection<String, String>) fake(StatefulRedisConnection.class, sync);
  }

  private Object fake(Class<?> type, Supplier<@Nullable Object> sync) {
    return Proxy.newProxyInstance(
        LentViewTest.class.getClassLoader(),
        new Class<?>[] {type},
        (own, method, args) -> {
          if (method.getDeclaringClass() == Object.class) {
            return method.getName().equals("toString") ? "a usual one" : own == args[0];
          }
          heard.add(method.toString());
          return answer(method, sync);
        });
  }

  private @Nullable Object answer(Method method, Supplier<@Nullable Object> sync) {
    Object own = method.getName().equals("sync") ? sync.get() : null;
    if (own != null) {
      return own;
    }
    Class<?> type = method.getReturnType();
    if (type == boolean.class) {
      return true;
    }
    if (type == Duration.class) {
      return Duration.ZERO;
    }
    boolean commands =
        Set.of(RedisCommands.class, RedisAsyncCommands.class, RedisReactiveCommands.class)
            .contains(type);
    return commands ? fake(type, () -> null) : null;
  }
}
