package dev.holdfast.benchmarks.exchange;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPOutputStream;
import org.apache.hc.client5.http.classic.ExecChain;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.http.io.entity.StringEntity;

/** What the user has put into the client's chain. */
final class Interceptors {

  private final AtomicInteger requests = new AtomicInteger();
  private final AtomicInteger answers = new AtomicInteger();

  void in(HttpClientBuilder http, Setting.Interceptor which) {
    switch (which) {
      case NONE -> {}
      case ZIPS -> http.addExecInterceptorFirst("zips", Interceptors::zip);
      case COUNTS ->
          http.addRequestInterceptorLast(
                  (request, entity, context) ->
                      request.setHeader("X-Count", requests.incrementAndGet()))
              .addResponseInterceptorFirst(
                  (response, entity, context) ->
                      response.setHeader("X-Answer", answers.incrementAndGet()));
      case REPEATS -> http.addExecInterceptorLast("repeats", Interceptors::repeat);
      case REPLACES -> http.addExecInterceptorLast("replaces", Interceptors::replace);
    }
  }

  private static ClassicHttpResponse zip(
      ClassicHttpRequest request, ExecChain.Scope scope, ExecChain chain)
      throws IOException, HttpException {
    HttpEntity body = request.getEntity();
    if (body != null && body.isRepeatable() && body.getContentLength() > 0) {
      ByteArrayOutputStream zipped = new ByteArrayOutputStream();
      try (GZIPOutputStream out = new GZIPOutputStream(zipped)) {
        body.writeTo(out);
      }
      request.setEntity(new ByteArrayEntity(zipped.toByteArray(), ContentType.TEXT_PLAIN));
      request.setHeader("Content-Encoding", "gzip");
    }
    return chain.proceed(request, scope);
  }

  private static ClassicHttpResponse repeat(
      ClassicHttpRequest request, ExecChain.Scope scope, ExecChain chain)
      throws IOException, HttpException {
    ClassicHttpResponse response = chain.proceed(request, scope);
    HttpEntity body = request.getEntity();
    if (response.getCode() != 404 || (body != null && !body.isRepeatable())) {
      return response;
    }
    EntityUtils.consume(response.getEntity());
    request.addHeader("X-Again", "1");
    return chain.proceed(request, scope);
  }

  private static ClassicHttpResponse replace(
      ClassicHttpRequest request, ExecChain.Scope scope, ExecChain chain)
      throws IOException, HttpException {
    ClassicHttpResponse response = chain.proceed(request, scope);
    HttpEntity body = response.getEntity();
    if (body != null && response.getCode() == 200) {
      response.setEntity(new StringEntity("replaced " + EntityUtils.toString(body)));
    }
    return response;
  }
}
