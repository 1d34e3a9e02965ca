package dev.holdfast.http.okhttp;

import java.io.IOException;
import okhttp3.Interceptor;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;

/**
 * Notes whether any of a body has left that its server is asked for first, behind the network
 * interceptors that the client has when the guard is installed: they see the caller's own body.
 */
final class BodyInterceptor implements Interceptor {

  @Override
  public Response intercept(Chain chain) throws IOException {
    Request request = chain.request();
    RequestBody body = request.body();
    CurrentCall call = CurrentCall.get();
    AwaitedBody awaited = AwaitedBody.of(request);
    if (call == null || awaited == null || body == null || body.isDuplex()) {
      return chain.proceed(request);
    }
    call.awaits(awaited);
    return chain.proceed(awaited.in(request));
  }
}
