package dev.holdfast.redis;

import io.lettuce.core.CommandListenerWriter;
import io.lettuce.core.LettuceVersion;
import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisChannelWriter;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.protocol.CommandExpiryWriter;
import io.lettuce.core.protocol.Endpoint;
import io.lettuce.core.support.ConnectionWrapping;
import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import java.lang.reflect.Proxy;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What the guard needs to know of Lettuce itself. */
final class LettuceSupport {

  private static final Pattern VERSION = Pattern.compile("(\\d+)\\.(\\d+)\\..*");

  private static final String REBIND = "rebindAddress";

  private LettuceSupport() {}

  /** Versions whose pipeline and endpoint the guard was tested on. */
  static void requireSupported() {
    requireSupported(LettuceVersion.getVersion());
  }

  static void requireSupported(@Nullable String version) {
    if (version == null) {
      return; // repackaged without a manifest: nothing to judge by
    }
    Matcher matcher = VERSION.matcher(version);
    boolean supported = false;
    if (matcher.matches()) {
      int major = Integer.parseInt(matcher.group(1));
      int minor = Integer.parseInt(matcher.group(2));
      supported = major == 7 || (major == 6 && minor >= 4);
    }
    if (!supported) {
      throw new IllegalStateException(
          "lettuce-core %s is outside the supported range [6.4, 8): the guard relies on the order of"
                  .formatted(version)
              + " its pipeline. Set the version of io.lettuce:lettuce-core to one of that range; with"
              + " Spring Boot it is the property lettuce.version");
    }
  }

  /**
   * Whether Lettuce, from 7 on, closes a channel because its server announced maintenance and sends
   * it elsewhere ({@code MOVING}; {@code MaintenanceAwareConnectionWatchdog.REBIND_ATTRIBUTE}). The
   * key is Lettuce's to make: it must not exist before.
   */
  static boolean movesAsAsked(Channel channel) {
    return AttributeKey.exists(REBIND) && channel.hasAttr(AttributeKey.valueOf(REBIND));
  }

  /** The innermost writer of a connection: it stays the same over reconnects. */
  static Endpoint endpointOf(StatefulConnection<?, ?> connection) {
    LentView view = LentView.behind(connection);
    if (view != null) {
      return endpointOf(view.connection());
    }
    Object unwrapped =
        Proxy.isProxyClass(connection.getClass())
            ? ConnectionWrapping.unwrap(Proxy.getInvocationHandler(connection))
            : connection;
    if (unwrapped instanceof RedisChannelHandler<?, ?> handler) {
      RedisChannelWriter writer = handler.getChannelWriter();
      while (true) {
        if (writer instanceof CommandListenerWriter listening) {
          writer = listening.getDelegate();
        } else if (writer instanceof CommandExpiryWriter expiring) {
          writer = expiring.getDelegate();
        } else {
          break;
        }
      }
      if (writer instanceof Endpoint endpoint) {
        return endpoint;
      }
    }
    throw new IllegalArgumentException(
        "%s has no single channel, a cluster connection for example: declare sharing for all"
                .formatted(connection.getClass().getSimpleName())
            + " connections of the guard with LettuceGuardBuilder.sharedConnections()");
  }
}
