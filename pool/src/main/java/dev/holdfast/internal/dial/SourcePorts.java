package dev.holdfast.internal.dial;

import dev.holdfast.gate.ConnectOutcome;
import dev.holdfast.internal.wire.Errno;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketAddress;
import java.net.SocketException;
import org.jspecify.annotations.Nullable;

/** Tells a lack of source ports from an address that is not this host's: both are one errno. */
final class SourcePorts {

  private SourcePorts() {}

  /**
   * Whether a dial from a port of the kernel's choice failed because there was none: {@code
   * EADDRNOTAVAIL} from {@code connect}, {@code EADDRINUSE} from {@code bind}.
   *
   * @param source the address dialled from, null for any
   */
  static boolean lacking(Throwable failure, @Nullable SocketAddress source) {
    boolean none =
        ConnectOutcome.of(failure) == ConnectOutcome.NO_LOCAL_PORT
            || (failure instanceof IOException
                && Errno.of(failure).filter(Errno.EADDRINUSE::equals).isPresent());
    return none && isOurs(source);
  }

  private static boolean isOurs(@Nullable SocketAddress source) {
    if (!(source instanceof InetSocketAddress inet) || inet.getAddress() == null) {
      return true;
    }
    InetAddress address = inet.getAddress();
    try {
      return address.isAnyLocalAddress()
          || address.isLoopbackAddress() // all of 127.0.0.0/8, of which lo names one
          || NetworkInterface.getByInetAddress(address) != null;
    } catch (SocketException unknown) {
      return true;
    }
  }
}
