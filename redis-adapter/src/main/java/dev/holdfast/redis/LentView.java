package dev.holdfast.redis;

import io.lettuce.core.api.StatefulConnection;
import java.lang.reflect.Proxy;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A view of a connection for one caller: closing it gives the connection back. Its commands lead
 * back to the view. Thread-safe.
 */
abstract sealed class LentView permits LentConnection, LentProxy {

  /** What was called. */
  enum Api {
    /** The connection itself, not its commands. */
    CONNECTION,
    SYNC,
    ASYNC,
    REACTIVE
  }

  /** Under which terms the connection is lent. Thread-safe. */
  interface Terms {

    /** The caller closes the view; twice is no error, as for every connection. */
    CompletableFuture<Void> giveBack();

    boolean lent();

    /** Throws {@link IllegalStateException} once it was given back. */
    void requireLent();

    /** A call has passed. */
    default void passed(
        Api api, String called, Object @Nullable [] args, @Nullable Object result) {}

    /** A call has thrown. */
    default void threw(Api api, Throwable thrown) {}
  }

  /** The view's commands of one kind, and those of other kinds that were asked for before. */
  private record Made(Api api, Object commands, @Nullable Made next) {
    static @Nullable Object find(@Nullable Made first, Api api) {
      Made at = first;
      while (at != null && at.api != api) {
        at = at.next;
      }
      return at == null ? null : at.commands;
    }
  }

  private final StatefulConnection<?, ?> connection;
  private final Terms terms;
  private volatile @Nullable Made made;

  LentView(StatefulConnection<?, ?> connection, Terms terms) {
    this.connection = connection;
    this.terms = terms;
  }

  /** The view that was lent as this connection; null if it is none. */
  static @Nullable LentView behind(Object connection) {
    if (connection instanceof LentView view) {
      return view;
    }
    return Proxy.isProxyClass(connection.getClass())
            && Proxy.getInvocationHandler(connection) instanceof LentProxy view
        ? view
        : null;
  }

  StatefulConnection<?, ?> connection() {
    return connection;
  }

  Terms terms() {
    return terms;
  }

  /** Asks the connection for its own commands of one kind. */
  @FunctionalInterface
  interface Own<X extends Throwable> {
    @Nullable Object commands() throws X;
  }

  /**
   * The view's commands of one kind, made when first asked for.
   *
   * @param view what was lent
   */
  final <X extends Throwable> Object commands(Api api, Object view, Own<X> own) throws X {
    terms.requireLent();
    Object known = Made.find(made, api);
    return known == null ? makeCommands(api, view, own) : known;
  }

  private synchronized <X extends Throwable> Object makeCommands(Api api, Object view, Own<X> own)
      throws X {
    Object known = Made.find(made, api);
    if (known == null) {
      Object target = own.commands();
      if (target == null) {
        throw new IllegalStateException(connection + " returned no commands");
      }
      CommandSource source = CommandSource.of(api, target);
      known = source.proxy(new LentCommands(source, terms, view));
      made = new Made(api, known, made);
    }
    return known;
  }
}
