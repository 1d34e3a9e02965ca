package dev.holdfast.redis;

import io.lettuce.core.api.StatefulConnection;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Makes proxies of one class. What {@link Proxy#newProxyInstance} looks up each time, by way of
 * several maps, is looked up once.
 *
 * @param interfaces what the proxies implement
 * @param constructor as {@link #constructor(ClassLoader, Class[])} finds it
 */
record ProxyMaker(Set<Class<?>> interfaces, MethodHandle constructor) {

  private static final MethodType MAKES =
      MethodType.methodType(Object.class, InvocationHandler.class);
  private static final ClassValue<ProxyMaker> CONNECTIONS = makers(StatefulConnection.class);
  private static final ClassValue<ProxyMaker> COMMANDS = makers(Object.class);

  private static ClassValue<ProxyMaker> makers(Class<?> required) {
    return new ClassValue<>() {
      @Override
      protected ProxyMaker computeValue(Class<?> implementing) {
        Set<Class<?>> interfaces = interfaces(implementing, required);
        return new ProxyMaker(
            interfaces,
            constructor(implementing.getClassLoader(), interfaces.toArray(Class<?>[]::new)));
      }
    };
  }

  /** Of connections that implement the same public interfaces. */
  static ProxyMaker ofConnections(Class<?> implementing) {
    return CONNECTIONS.get(implementing);
  }

  /** Of commands that implement the same public interfaces. */
  static ProxyMaker ofCommands(Class<?> implementing) {
    return COMMANDS.get(implementing);
  }

  /** The public ones, without those another one extends. */
  private static Set<Class<?>> interfaces(Class<?> implementing, Class<?> required) {
    Set<Class<?>> interfaces = new LinkedHashSet<>();
    for (Class<?> type = implementing;
        type != null && type != Proxy.class; // which makes every proxy Serializable
        type = type.getSuperclass()) {
      for (Class<?> each : type.getInterfaces()) {
        if (Modifier.isPublic(each.getModifiers()) && required.isAssignableFrom(each)) {
          interfaces.add(each);
        }
      }
    }
    interfaces.removeIf(
        each ->
            interfaces.stream().anyMatch(other -> other != each && each.isAssignableFrom(other)));
    return interfaces;
  }

  Object make(InvocationHandler handler) {
    return make(constructor, handler);
  }

  /** Makes one; if the constructor is a constant the compiler can put it in here. */
  static Object make(MethodHandle constructor, InvocationHandler handler) {
    try {
      return (Object) constructor.invokeExact(handler);
    } catch (RuntimeException | Error thrown) {
      throw thrown;
    } catch (Throwable checked) {
      throw new IllegalStateException("a proxy's constructor declares no exception", checked);
    }
  }

  /** From {@link InvocationHandler} to {@link Object}. */
  static MethodHandle constructor(ClassLoader loader, Class<?>... interfaces) {
    Class<?> made =
        Proxy.newProxyInstance(loader, interfaces, (view, method, args) -> null).getClass();
    try {
      return MethodHandles.publicLookup()
          .findConstructor(made, MethodType.methodType(void.class, InvocationHandler.class))
          .asType(MAKES);
    } catch (IllegalAccessException hidden) { // an interface of a package that is not exported
      return lookedUpEachTime(loader, interfaces);
    } catch (NoSuchMethodException e) {
      throw new IllegalStateException("a proxy without its constructor: " + made, e);
    }
  }

  private static MethodHandle lookedUpEachTime(ClassLoader loader, Class<?>[] interfaces) {
    try {
      MethodHandle make =
          MethodHandles.lookup()
              .findStatic(
                  Proxy.class,
                  "newProxyInstance",
                  MethodType.methodType(
                      Object.class, ClassLoader.class, Class[].class, InvocationHandler.class));
      return MethodHandles.insertArguments(make, 0, loader, interfaces);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("Proxy without newProxyInstance", e);
    }
  }
}
