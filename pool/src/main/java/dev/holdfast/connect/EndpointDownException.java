package dev.holdfast.connect;

import java.net.ConnectException;
import org.jspecify.annotations.Nullable;

/**
 * The endpoint did not take its last connections, so this one was not dialled: one caller at a time
 * tries it. A {@link ConnectException}, so that clients treat it as the failed connect it stands
 * for; its cause is the last real failure. Nothing was sent.
 */
public final class EndpointDownException extends ConnectException {

  private static final long serialVersionUID = 1L;

  EndpointDownException(String message, @Nullable Throwable last) {
    super(message);
    initCause(last);
  }
}
