package dev.holdfast.redis;

import io.lettuce.core.api.StatefulConnection;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
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
  private final Map<String, Object> commands = new ConcurrentHashMap<>(4);

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
      default -> passOn(CONNECTION, connection, method, args);
    };
  }

  private Object commands(Object view, Method method) throws Throwable {
    terms.requireLent();
    String api = method.getName();
    Object known = commands.get(api);
    if (known != null) {
      return known;
    }
    Object target = call(connection, method, null);
    if (target == null) {
      throw new IllegalStateException(method + " returned no commands");
    }
    Object made =
        proxy(
            target,
            COMMANDS,
            (own, called, args) -> ofCommands(view, api, target, own, called, args));
    Object first = commands.putIfAbsent(api, made);
    return first == null ? made : first;
  }

  private @Nullable Object ofCommands(
      Object view, String api, Object target, Object own, Method method, Object @Nullable [] args)
      throws Throwable {
    if (method.getDeclaringClass() == Object.class) {
      return ofObject(own, target, method, args);
    }
    if (method.getName().equals("getStatefulConnection")) {
      return view;
    }
    return passOn(api, target, method, args);
  }

  private static @Nullable Object ofObject(
      Object view, Object target, Method method, Object @Nullable [] args) {
    return switch (method.getName()) {
      case "equals" -> args != null && args[0] == view;
      case "hashCode" -> System.identityHashCode(view);
      default -> "lent " + target;
    };
  }

  private @Nullable Object passOn(
      String api, Object target, Method method, Object @Nullable [] args) throws Throwable {
    terms.requireLent();
    Object result;
    try {
      result = call(target, method, args);
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
