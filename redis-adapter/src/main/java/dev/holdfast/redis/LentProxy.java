package dev.holdfast.redis;

import io.lettuce.core.api.StatefulConnection;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;

/** A view of a connection of any kind, to a cluster for example. */
final class LentProxy extends LentView implements InvocationHandler {

  LentProxy(StatefulConnection<?, ?> connection, Terms terms) {
    super(connection, terms);
  }

  @Override
  public @Nullable Object invoke(Object view, Method method, Object @Nullable [] args)
      throws Throwable {
    if (method.getDeclaringClass() == Object.class) {
      return ofObject(view, connection(), method, args);
    }
    return switch (method.getParameterCount() == 0 ? method.getName() : "") {
      case "close" -> {
        terms().giveBack();
        yield null;
      }
      case "closeAsync" -> terms().giveBack();
      case "isOpen" -> terms().lent() && connection().isOpen();
      case "sync" -> commands(Api.SYNC, view, () -> call(connection(), method, args));
      case "async" -> commands(Api.ASYNC, view, () -> call(connection(), method, args));
      case "reactive" -> commands(Api.REACTIVE, view, () -> call(connection(), method, args));
      default -> passOn(method, args);
    };
  }

  private @Nullable Object passOn(Method method, Object @Nullable [] args) throws Throwable {
    terms().requireLent();
    Object result;
    try {
      result = call(connection(), method, args);
    } catch (Throwable thrown) {
      terms().threw(Api.CONNECTION, thrown);
      throw thrown;
    }
    terms().passed(Api.CONNECTION, method.getName(), args, result);
    return result;
  }

  /** What every view answers by itself. */
  static @Nullable Object ofObject(
      Object view, Object target, Method method, Object @Nullable [] args) {
    return switch (method.getName()) {
      case "equals" -> args != null && args[0] == view;
      case "hashCode" -> System.identityHashCode(view);
      default -> "lent " + target;
    };
  }

  static @Nullable Object call(Object target, Method method, Object @Nullable [] args)
      throws Throwable {
    try {
      return method.invoke(target, args);
    } catch (InvocationTargetException thrown) {
      throw thrown.getCause() == null ? thrown : thrown.getCause();
    }
  }
}
