package dev.holdfast.internal.dial;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.util.AttributeKey;

/**
 * Marks a connection of which its client only wants to learn where servers are: it asks several,
 * and must not be held back for one of them. Stateless.
 */
public final class DiscoveryDial {

  private static final AttributeKey<Boolean> KEY =
      AttributeKey.valueOf(DiscoveryDial.class, "DISCOVERY");

  private DiscoveryDial() {}

  /**
   * Marks what a bootstrap connects.
   *
   * @param bootstrap a client's, before it connects
   */
  public static void mark(Bootstrap bootstrap) {
    bootstrap.attr(KEY, true);
  }

  static boolean is(Channel channel) {
    return channel.hasAttr(KEY);
  }
}
