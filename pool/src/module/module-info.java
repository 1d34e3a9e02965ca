/** The engine: paths, plans, evidence, admission, pools. Knows no client library. */
module dev.holdfast.pool {
  requires io.github.resilience4j.core;
  requires io.github.resilience4j.retry;
  requires io.netty.buffer;
  requires io.netty.common;
  requires io.netty.handler;
  requires io.netty.transport;
  requires io.netty.transport.classes.epoll;
  requires io.netty.transport.unix.common;
  requires jdk.jfr;
  requires jdk.net;
  requires static org.jspecify;
  requires org.slf4j;
  requires transitive micrometer.core;

  exports dev.holdfast.diagnosis;
  exports dev.holdfast.dial;
  exports dev.holdfast.gate;
  exports dev.holdfast.guard;
  exports dev.holdfast.metrics;
  exports dev.holdfast.path;
  exports dev.holdfast.pool;
  exports dev.holdfast.report;
  exports dev.holdfast.retry;
  exports dev.holdfast.socket;
  exports dev.holdfast.usage;
  exports dev.holdfast.wire;
  exports dev.holdfast.internal.bounded to
      dev.holdfast.http,
      dev.holdfast.redis;
  exports dev.holdfast.internal.channel to
      dev.holdfast.http,
      dev.holdfast.redis;
  exports dev.holdfast.internal.diagnosis to
      dev.holdfast.http,
      dev.holdfast.redis;
  exports dev.holdfast.internal.dial to
      dev.holdfast.http,
      dev.holdfast.redis;
  exports dev.holdfast.internal.gate to
      dev.holdfast.http,
      dev.holdfast.redis;
  exports dev.holdfast.internal.guard to
      dev.holdfast.http,
      dev.holdfast.redis;
  exports dev.holdfast.internal.metrics to
      dev.holdfast.http,
      dev.holdfast.redis;
  exports dev.holdfast.internal.report to
      dev.holdfast.http,
      dev.holdfast.redis;
  exports dev.holdfast.internal.retry to
      dev.holdfast.http,
      dev.holdfast.redis;
  exports dev.holdfast.internal.socket to
      dev.holdfast.http,
      dev.holdfast.redis;
  exports dev.holdfast.internal.usage to
      dev.holdfast.http,
      dev.holdfast.redis;
  exports dev.holdfast.internal.wire to
      dev.holdfast.http,
      dev.holdfast.redis;
}
