package dev.holdfast.redis;

import dev.holdfast.diagnosis.Cause;
import io.netty.channel.socket.ChannelOutputShutdownException;
import io.netty.channel.unix.Errors.NativeIoException;
import io.netty.handler.codec.DecoderException;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import javax.net.ssl.SSLException;

/** Tells the socket's own failures from those of handlers, which may be I/O exceptions too. */
final class WireFailure {

  /**
   * Long enough for the event loop to read what has arrived behind a failed write: the kernel has
   * reported it with the failure.
   */
  static final Duration READ_WITHIN = Duration.ofMillis(20);

  private static final String NIO = "sun.nio.ch.";

  private WireFailure() {}

  static boolean isTls(Throwable failure) {
    return failure instanceof DecoderException && failure.getCause() instanceof SSLException;
  }

  /** Whether a failed write failed in the socket, or in the TLS upon it. */
  static boolean ofWrite(Throwable failure) {
    Throwable first = first(failure);
    return first instanceof NativeIoException
        || first instanceof ClosedChannelException
        || first instanceof ChannelOutputShutdownException
        || first instanceof SSLException
        || (first instanceof IOException && isThrownByNio(first));
  }

  /** Behind Netty's word that the output is shut down stands why it is. */
  static Throwable first(Throwable failure) {
    Throwable behind = failure.getCause();
    return failure instanceof ChannelOutputShutdownException && behind != null ? behind : failure;
  }

  private static boolean isThrownByNio(Throwable failure) {
    StackTraceElement[] trace = failure.getStackTrace();
    return trace.length > 0 && trace[0].getClassName().startsWith(NIO);
  }

  /** The kernel's name for it: what an exception says may be anybody's text. */
  static String words(Cause cause) {
    return switch (cause) {
      case KERNEL_TIMEOUT -> "ETIMEDOUT";
      case PEER_CLOSED -> "EPIPE";
      default -> "ECONNRESET";
    };
  }
}
