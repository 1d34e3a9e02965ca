package dev.holdfast.redis;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import org.jspecify.annotations.Nullable;

/**
 * A connection's own commands of one kind, from which each loan's are made.
 *
 * @param target the connection's commands
 * @param behind what answers the target's methods if the target is a proxy, as Lettuce's
 *     synchronous commands are: called as the target would call it
 * @param proxies makes what looks like the target
 */
record CommandSource(
    LentView.Api api, Object target, @Nullable InvocationHandler behind, ProxyMaker proxies) {

  static CommandSource of(LentView.Api api, Object target) {
    InvocationHandler behind =
        Proxy.isProxyClass(target.getClass()) ? Proxy.getInvocationHandler(target) : null;
    return new CommandSource(api, target, behind, ProxyMaker.ofCommands(target.getClass()));
  }

  Object proxy(InvocationHandler handler) {
    return proxies.make(handler);
  }
}
