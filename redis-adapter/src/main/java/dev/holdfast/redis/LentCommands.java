package dev.holdfast.redis;

import dev.holdfast.redis.LentView.Api;
import dev.holdfast.redis.LentView.Terms;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;

/** A view's commands of one kind. */
final class LentCommands implements InvocationHandler {

  private final Terms terms;
  private final Object view;
  private final Api api;
  private final Object target;
  private final @Nullable InvocationHandler behind;

  /**
   * @param view what the commands were asked of
   */
  LentCommands(CommandSource source, Terms terms, Object view) {
    this.terms = terms;
    this.view = view;
    this.api = source.api();
    this.target = source.target();
    this.behind = source.behind();
  }

  @Override
  public @Nullable Object invoke(Object own, Method method, Object @Nullable [] args)
      throws Throwable {
    if (method.getDeclaringClass() == Object.class) {
      return LentProxy.ofObject(own, target, method, args);
    }
    String called = method.getName();
    if (called.equals("getStatefulConnection")) {
      return view;
    }
    terms.requireLent();
    Object result;
    try {
      result =
          behind == null
              ? LentProxy.call(target, method, args)
              : behind.invoke(target, method, args);
    } catch (Throwable thrown) {
      terms.threw(api, thrown);
      throw thrown;
    }
    terms.passed(api, called, args, result);
    return result;
  }
}
