package dev.holdfast.redis;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.api.push.PushListener;
import io.lettuce.core.api.reactive.RedisReactiveCommands;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.protocol.RedisCommand;
import io.lettuce.core.resource.ClientResources;
import java.lang.invoke.MethodHandle;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A view of a connection of the usual kind, written out: a pool makes one for each loan, and on a
 * connection that waits for its answers a proxy's detours are met with cold caches each time.
 *
 * @param <K> keys
 * @param <V> values
 */
final class LentConnection<K, V> extends LentView implements StatefulRedisConnection<K, V> {

  /** Whether the Lettuce at hand has no other methods than those written out here. */
  static final boolean COMPLETE =
      Arrays.stream(StatefulRedisConnection.class.getMethods())
          .filter(method -> !Modifier.isStatic(method.getModifiers()))
          .allMatch(LentConnection::isWrittenOut);

  /** Lettuce 6.8 only. */
  private static final @Nullable Method RESET = ofSomeVersions("reset");

  /** Lettuce 7 only. */
  private static final @Nullable Method GET_CODEC = ofSomeVersions("getCodec");

  private static final MethodHandle SYNC =
      ProxyMaker.constructor(RedisCommands.class.getClassLoader(), RedisCommands.class);

  private final StatefulRedisConnection<K, V> connection;
  private final RedisCommands<K, V> sync;

  /**
   * @param sync the connection's own: {@link RedisCommands}, and no more than that
   */
  @SuppressWarnings("unchecked")
  LentConnection(StatefulRedisConnection<K, V> connection, CommandSource sync, Terms terms) {
    super(connection, terms);
    this.connection = connection;
    this.sync = (RedisCommands<K, V>) ProxyMaker.make(SYNC, new LentCommands(sync, terms, this));
  }

  private static boolean isWrittenOut(Method method) {
    try {
      return LentConnection.class
              .getMethod(method.getName(), method.getParameterTypes())
              .getDeclaringClass()
          == LentConnection.class;
    } catch (NoSuchMethodException e) {
      return false;
    }
  }

  private static @Nullable Method ofSomeVersions(String name) {
    try {
      return StatefulConnection.class.getMethod(name);
    } catch (NoSuchMethodException e) {
      return null;
    }
  }

  @Override
  public void close() {
    terms().giveBack();
  }

  @Override
  public CompletableFuture<Void> closeAsync() {
    return terms().giveBack();
  }

  @Override
  public boolean isOpen() {
    return terms().lent() && connection.isOpen();
  }

  @Override
  public RedisCommands<K, V> sync() {
    terms().requireLent();
    return sync;
  }

  @Override
  @SuppressWarnings("unchecked")
  public RedisAsyncCommands<K, V> async() {
    return (RedisAsyncCommands<K, V>) commands(Api.ASYNC, this, connection::async);
  }

  @Override
  @SuppressWarnings("unchecked")
  public RedisReactiveCommands<K, V> reactive() {
    return (RedisReactiveCommands<K, V>) commands(Api.REACTIVE, this, connection::reactive);
  }

  @Override
  public boolean isMulti() {
    return pass("isMulti", connection::isMulti);
  }

  @Override
  public void addListener(PushListener listener) {
    run("addListener", () -> connection.addListener(listener), listener);
  }

  @Override
  public void removeListener(PushListener listener) {
    run("removeListener", () -> connection.removeListener(listener), listener);
  }

  @Override
  public void addListener(RedisConnectionStateListener listener) {
    run("addListener", () -> connection.addListener(listener), listener);
  }

  @Override
  public void removeListener(RedisConnectionStateListener listener) {
    run("removeListener", () -> connection.removeListener(listener), listener);
  }

  @Override
  public void setTimeout(Duration timeout) {
    run("setTimeout", () -> connection.setTimeout(timeout), timeout);
  }

  @Override
  public Duration getTimeout() {
    return pass("getTimeout", connection::getTimeout);
  }

  @Override
  public <T> RedisCommand<K, V, T> dispatch(RedisCommand<K, V, T> command) {
    return pass("dispatch", () -> connection.dispatch(command), command);
  }

  @Override
  public Collection<RedisCommand<K, V, ?>> dispatch(
      Collection<? extends RedisCommand<K, V, ?>> commands) {
    return pass("dispatch", () -> connection.dispatch(commands), commands);
  }

  @Override
  public ClientOptions getOptions() {
    return pass("getOptions", connection::getOptions);
  }

  @Override
  public ClientResources getResources() {
    return pass("getResources", connection::getResources);
  }

  @Override
  public void setAutoFlushCommands(boolean autoFlush) {
    run("setAutoFlushCommands", () -> connection.setAutoFlushCommands(autoFlush), autoFlush);
  }

  @Override
  public void flushCommands() {
    run("flushCommands", connection::flushCommands);
  }

  /** Lettuce 6.8 only. */
  @SuppressWarnings({"MissingOverride", "deprecation"})
  public void reset() {
    run("reset", () -> ofThisVersion(RESET));
  }

  /** Lettuce 7 only. */
  @SuppressWarnings({"MissingOverride", "unchecked"})
  public RedisCodec<K, V> getCodec() {
    return pass("getCodec", () -> (RedisCodec<K, V>) ofThisVersion(GET_CODEC));
  }

  @Override
  public String toString() {
    return "lent " + connection;
  }

  private @Nullable Object ofThisVersion(@Nullable Method method) {
    if (method == null) {
      throw new UnsupportedOperationException("this version of Lettuce has no such method");
    }
    try {
      return LentProxy.call(connection, method, null);
    } catch (RuntimeException | Error thrown) {
      throw thrown;
    } catch (Throwable checked) {
      throw new IllegalStateException(method + " declares no exception", checked);
    }
  }

  private void run(String called, Runnable call, Object... args) {
    pass(
        called,
        () -> {
          call.run();
          return null;
        },
        args);
  }

  private <T extends @Nullable Object> T pass(String called, Supplier<T> call, Object... args) {
    terms().requireLent();
    T result;
    try {
      result = call.get();
    } catch (Throwable thrown) {
      terms().threw(Api.CONNECTION, thrown);
      throw thrown;
    }
    terms().passed(Api.CONNECTION, called, args, result);
    return result;
  }
}
