package dev.holdfast.redis;

import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.api.StatefulRedisConnection;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A view of a connection for one caller: closing it gives the connection back. Its commands lead
 * back to the view. Thread-safe.
 */
final class LentView implements InvocationHandler {

  /** The connection itself was called, not its commands. */
  static final String CONNECTION = "";

  /** Under which terms the connection is lent. Thread-safe. */
  interface Terms {

    /** The caller closes the view; twice is no error, as for every connection. */
    CompletableFuture<Void> giveBack();

    boolean lent();

    /** Throws {@link IllegalStateException} once it was given back. */
    void requireLent();

    /**
     * A call has passed.
     *
     * @param api {@link #CONNECTION}, {@code sync}, {@code async} or {@code reactive}
     */
    default void passed(
        String api, Method method, Object @Nullable [] args, @Nullable Object result) {}

    /** A call has thrown. */
    default void threw(String api, Throwable thrown) {}
  }

  private static final ClassValue<Class<?>[]> CONNECTIONS = interfacesOf(StatefulConnection.class);
  private static final ClassValue<Class<?>[]> COMMANDS = interfacesOf(Object.class);

  private final StatefulConnection<?, ?> connection;
  private final Terms terms;
  private volatile @Nullable Commands commands;

  private LentView(StatefulConnection<?, ?> connection, Terms terms) {
    this.connection = connection;
    this.terms = terms;
  }

  /** The view implements the connection's public interfaces, so its class is never the same. */
  @SuppressWarnings("unchecked")
  static <C extends StatefulConnection<?, ?>> C of(C connection, Terms terms) {
    return (C) proxy(connection, CONNECTIONS, new LentView(connection, terms));
  }

  /** The view behind a proxy; null if there is none. */
  static @Nullable LentView behind(Object connection) {
    return Proxy.isProxyClass(connection.getClass())
            && Proxy.getInvocationHandler(connection) instanceof LentView view
        ? view
        : null;
  }

  private static ClassValue<Class<?>[]> interfacesOf(Class<?> required) {
    return new ClassValue<>() {
      @Override
      protected Class<?>[] computeValue(Class<?> implementing) {
        Set<Class<?>> interfaces = new LinkedHashSet<>();
        for (Class<?> type = implementing; type != null; type = type.getSuperclass()) {
          for (Class<?> each : type.getInterfaces()) {
            if (Modifier.isPublic(each.getModifiers()) && required.isAssignableFrom(each)) {
              interfaces.add(each);
            }
          }
        }
        // Java finds the proxy's class several times faster by one interface than by two.
        interfaces.removeIf(
            each ->
                interfaces.stream()
                    .anyMatch(other -> other != each && each.isAssignableFrom(other)));
        return interfaces.toArray(Class<?>[]::new);
      }
    };
  }

  private static Object proxy(
      Object target, ClassValue<Class<?>[]> interfaces, InvocationHandler handler) {
    Class<?> implementing = target.getClass();
    return Proxy.newProxyInstance(
        implementing.getClassLoader(), interfaces.get(implementing), handler);
  }

  StatefulConnection<?, ?> connection() {
    return connection;
  }

  Terms terms() {
    return terms;
  }

  @Override
  public @Nullable Object invoke(Object view, Method method, Object @Nullable [] args)
      throws Throwable {
    if (method.getDeclaringClass() == Object.class) {
      return ofObject(view, connection, method, args);
    }
    return switch (method.getParameterCount() == 0 ? method.getName() : "") {
      case "close" -> {
        terms.giveBack();
        yield null;
      }
      case "closeAsync" -> terms.giveBack();
      case "isOpen" -> terms.lent() && connection.isOpen();
      case "sync", "async", "reactive" -> commands(view, method);
      default -> passOn(CONNECTION, connection, null, method, args);
    };
  }

  private Object commands(Object view, Method method) throws Throwable {
    terms.requireLent();
    String api = method.getName();
    Commands known = Commands.find(commands, api);
    return known == null ? makeCommands(view, method, api) : known.proxy;
  }

  private synchronized Object makeCommands(Object view, Method method, String api)
      throws Throwable {
    Commands known = Commands.find(commands, api);
    if (known != null) {
      return known.proxy;
    }
    Object target = target(method, api);
    if (target == null) {
      throw new IllegalStateException(method + " returned no commands");
    }
    Commands made = new Commands(this, view, api, target, commands);
    commands = made;
    return made.proxy;
  }

  /** Without reflection where the kind of connection is the usual one. */
  private @Nullable Object target(Method method, String api) throws Throwable {
    if (connection instanceof StatefulRedisConnection<?, ?> single) {
      return switch (api) {
        case "sync" -> single.sync();
        case "async" -> single.async();
        default -> single.reactive();
      };
    }
    return call(connection, method, null);
  }

  /** The view's commands of one kind, and those of other kinds that were asked for before. */
  private static final class Commands implements InvocationHandler {
    private final LentView lent;
    private final Object view;
    private final String api;
    private final Object target;
    private final @Nullable InvocationHandler behind;
    private final @Nullable Commands next;
    private final Object proxy;

    Commands(LentView lent, Object view, String api, Object target, @Nullable Commands next) {
      this.lent = lent;
      this.view = view;
      this.api = api;
      this.target = target;
      this.behind =
          Proxy.isProxyClass(target.getClass()) ? Proxy.getInvocationHandler(target) : null;
      this.next = next;
      this.proxy = LentView.proxy(target, COMMANDS, this);
    }

    static @Nullable Commands find(@Nullable Commands first, String api) {
      Commands at = first;
      while (at != null && !at.api.equals(api)) {
        at = at.next;
      }
      return at;
    }

    @Override
    public @Nullable Object invoke(Object own, Method method, Object @Nullable [] args)
        throws Throwable {
      if (method.getDeclaringClass() == Object.class) {
        return ofObject(own, target, method, args);
      }
      if (method.getName().equals("getStatefulConnection")) {
        return view;
      }
      return lent.passOn(api, target, behind, method, args);
    }
  }

  private static @Nullable Object ofObject(
      Object view, Object target, Method method, Object @Nullable [] args) {
    return switch (method.getName()) {
      case "equals" -> args != null && args[0] == view;
      case "hashCode" -> System.identityHashCode(view);
      default -> "lent " + target;
    };
  }

  /**
   * Calls what is lent, and tells the terms.
   *
   * @param behind what answers the target's methods if the target is a proxy, as Lettuce's
   *     synchronous commands are: called as the target would call it
   */
  private @Nullable Object passOn(
      String api,
      Object target,
      @Nullable InvocationHandler behind,
      Method method,
      Object @Nullable [] args)
      throws Throwable {
    terms.requireLent();
    Object result;
    try {
      result = behind == null ? call(target, method, args) : behind.invoke(target, method, args);
    } catch (Throwable thrown) {
      terms.threw(api, thrown);
      throw thrown;
    }
    terms.passed(api, method, args, result);
    return result;
  }

  private static @Nullable Object call(Object target, Method method, Object @Nullable [] args)
      throws Throwable {
    try {
      return method.invoke(target, args);
    } catch (InvocationTargetException thrown) {
      throw thrown.getCause() == null ? thrown : thrown.getCause();
    }
  }
}
