package dev.holdfast.redis;

import dev.holdfast.channel.UsageHandler;
import dev.holdfast.usage.CallSite;
import dev.holdfast.usage.EndpointChurn;
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
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A view of a shared connection for one caller: closing it gives the lease back. Its commands lead
 * back to the view. Thread-safe.
 */
final class Lease implements InvocationHandler {

  private final StatefulConnection<?, ?> connection;
  private final EndpointState state;
  private final long lentAt = System.nanoTime();
  private final AtomicReference<@Nullable String> returnedAt = new AtomicReference<>();
  private final Map<String, Object> commands = new ConcurrentHashMap<>();

  private Lease(StatefulConnection<?, ?> connection, EndpointState state) {
    this.connection = connection;
    this.state = state;
  }

  /** The view implements the connection's public interfaces, so its class is never the same. */
  @SuppressWarnings("unchecked")
  static <C extends StatefulConnection<?, ?>> C of(C connection, EndpointState state) {
    return (C) view(connection, StatefulConnection.class, new Lease(connection, state));
  }

  private static Object view(Object target, Class<?> required, InvocationHandler handler) {
    Set<Class<?>> interfaces = new LinkedHashSet<>();
    for (Class<?> type = target.getClass(); type != null; type = type.getSuperclass()) {
      for (Class<?> each : type.getInterfaces()) {
        if (Modifier.isPublic(each.getModifiers()) && required.isAssignableFrom(each)) {
          interfaces.add(each);
        }
      }
    }
    return Proxy.newProxyInstance(
        target.getClass().getClassLoader(), interfaces.toArray(Class<?>[]::new), handler);
  }

  StatefulConnection<?, ?> connection() {
    return connection;
  }

  @Override
  public @Nullable Object invoke(Object view, Method method, Object @Nullable [] args)
      throws Throwable {
    if (method.getDeclaringClass() == Object.class) {
      return ofObject(view, connection, method, args);
    }
    return switch (method.getParameterCount() == 0 ? method.getName() : "") {
      case "close" -> {
        giveBack();
        yield null;
      }
      case "closeAsync" -> {
        giveBack();
        yield CompletableFuture.completedFuture(null);
      }
      case "isOpen" -> returnedAt.get() == null && connection.isOpen();
      case "sync", "async", "reactive" -> commands(view, method);
      default -> passOn(connection, method, args);
    };
  }

  private Object commands(Object view, Method method) throws Throwable {
    requireLent();
    Object known = commands.get(method.getName());
    if (known != null) {
      return known;
    }
    Object target = passOn(connection, method, null);
    if (target == null) {
      throw new IllegalStateException(method + " returned no commands");
    }
    Object made =
        view(
            target,
            Object.class,
            (own, called, args) -> ofCommands(view, target, own, called, args));
    Object first = commands.putIfAbsent(method.getName(), made);
    return first == null ? made : first;
  }

  private @Nullable Object ofCommands(
      Object view, Object target, Object own, Method method, Object @Nullable [] args)
      throws Throwable {
    if (method.getDeclaringClass() == Object.class) {
      return ofObject(own, target, method, args);
    }
    if (method.getName().equals("getStatefulConnection")) {
      return view;
    }
    return passOn(target, method, args);
  }

  private static @Nullable Object ofObject(
      Object view, Object target, Method method, Object @Nullable [] args) {
    return switch (method.getName()) {
      case "equals" -> args != null && args[0] == view;
      case "hashCode" -> System.identityHashCode(view);
      default -> "lent " + target;
    };
  }

  private @Nullable Object passOn(Object target, Method method, Object @Nullable [] args)
      throws Throwable {
    requireLent();
    try {
      return method.invoke(target, args);
    } catch (InvocationTargetException thrown) {
      throw thrown.getCause() == null ? thrown : thrown.getCause();
    }
  }

  /** Closing twice is no error, as for every connection. */
  private void giveBack() {
    if (returnedAt.get() != null) {
      return;
    }
    String site = CallSite.find();
    if (!returnedAt.compareAndSet(null, site)) {
      return;
    }
    GuardedChannel carrier = state.carrier();
    EndpointChurn endpoint = carrier == null ? null : UsageHandler.churnOf(carrier.channel());
    if (carrier != null && endpoint != null) {
      endpoint.returned(System.nanoTime() - lentAt, site, carrier.channel().eventLoop());
    }
  }

  private void requireLent() {
    String site = returnedAt.get();
    if (site != null) {
      throw new IllegalStateException("lease returned at " + site);
    }
  }
}
