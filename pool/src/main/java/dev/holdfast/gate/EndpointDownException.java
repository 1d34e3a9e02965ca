package dev.holdfast.gate;

import io.netty.channel.ConnectTimeoutException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The endpoint did not take its last connections, so this one was not dialled: one caller at a time
 * tries it. A {@link ConnectException}, so that clients treat it as the failed connect it stands
 * for; its cause is a copy of the last real failure, which is another caller's: he may have hung
 * what became of his call onto it. Nothing was sent.
 */
public final class EndpointDownException extends ConnectException {

  private static final long serialVersionUID = 1L;

  EndpointDownException(String message, @Nullable Throwable last) {
    super(message);
    initCause(last == null ? null : copy(last));
  }

  private static Throwable copy(Throwable last) {
    String said = last.getMessage();
    Throwable copy;
    if (last instanceof ConnectTimeoutException) {
      copy = new ConnectTimeoutException(said);
    } else if (last instanceof NoRouteToHostException) {
      copy = new NoRouteToHostException(said);
    } else if (last.getClass() == ConnectException.class) {
      copy = new ConnectException(said);
    } else if (last instanceof SocketTimeoutException) {
      copy = new SocketTimeoutException(said);
    } else {
      copy = new IOException(last.toString());
    }
    copy.setStackTrace(last.getStackTrace());
    return copy;
  }
}
