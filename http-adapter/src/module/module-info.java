/** Guards for HTTP clients. The clients are optional: an application requires the one it uses. */
module dev.holdfast.http {
  requires transitive dev.holdfast.pool;
  requires io.github.resilience4j.retry;
  requires io.netty.buffer;
  requires io.netty.common;
  requires io.netty.handler;
  requires io.netty.resolver;
  requires io.netty.transport;
  requires io.netty.transport.classes.epoll;
  requires io.netty.transport.unix.common;
  requires static io.netty.codec.http;
  requires static io.netty.codec.http2;
  requires static okhttp3;
  requires static okio;
  requires static org.apache.httpcomponents.core5.httpcore5;
  requires static org.apache.httpcomponents.core5.httpcore5.h2;
  requires static org.apache.httpcomponents.client5.httpclient5;
  requires static org.jspecify;
  requires jdk.net;
  requires org.slf4j;
  requires static reactor.core;
  requires static org.reactivestreams;
  requires static reactor.netty.core;
  requires static reactor.netty.http;

  exports dev.holdfast.http;
  exports dev.holdfast.http.apache;
  exports dev.holdfast.http.okhttp;
  exports dev.holdfast.http.reactor;
}
