package dev.holdfast.http.okhttp;

import java.io.IOException;
import okhttp3.MediaType;
import okhttp3.Request;
import okhttp3.RequestBody;
import okio.BufferedSink;
import org.jspecify.annotations.Nullable;

/**
 * A body that its server is asked for by {@code Expect: 100-continue}: the client's own, and
 * whether any of it has left. Confined to the thread of its call.
 */
final class AwaitedBody extends RequestBody {

  private final RequestBody body;
  private boolean begun;

  private AwaitedBody(RequestBody body) {
    this.body = body;
  }

  /** Null for a request that waits for no leave. */
  static @Nullable AwaitedBody of(Request request) {
    RequestBody body = request.body();
    boolean waits = body != null && "100-continue".equalsIgnoreCase(request.header("Expect"));
    return waits ? new AwaitedBody(body) : null;
  }

  /** The same request with this body. */
  Request in(Request request) {
    return request.newBuilder().method(request.method(), this).build();
  }

  boolean neverLeft() {
    return !begun;
  }

  @Override
  public @Nullable MediaType contentType() {
    return body.contentType();
  }

  @Override
  public long contentLength() throws IOException {
    return body.contentLength();
  }

  @Override
  public boolean isDuplex() {
    return body.isDuplex();
  }

  @Override
  public boolean isOneShot() {
    return body.isOneShot();
  }

  @Override
  public void writeTo(BufferedSink sink) throws IOException {
    begun = true;
    body.writeTo(sink);
  }
}
