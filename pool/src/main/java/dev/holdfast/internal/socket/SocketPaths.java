package dev.holdfast.internal.socket;

import dev.holdfast.internal.usage.EndpointChurn;
import dev.holdfast.path.ConnectionPlan;
import java.net.InetSocketAddress;
import java.util.Optional;

/** What a guard knows of the servers that its sockets dial. Thread-safe. */
public interface SocketPaths {

  /**
   * What a connection goes by.
   *
   * @param remote what is dialled, resolved
   * @return one of the guard's plans
   */
  ConnectionPlan plan(InetSocketAddress remote);

  /**
   * To be asked before each connect.
   *
   * @param remote what is dialled, resolved
   * @return where its connections are counted
   * @throws dev.holdfast.usage.MixedUsageException if another guard declared it for the other use
   */
  EndpointChurn use(InetSocketAddress remote);

  /**
   * By what name it is dialled.
   *
   * @param remote what is dialled, resolved
   * @return empty if by none, or names are not watched
   */
  Optional<DialledName> name(InetSocketAddress remote);
}
