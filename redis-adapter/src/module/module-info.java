/**
 * Guards for clients of Redis. The clients are optional: an application requires the one it uses.
 */
module dev.holdfast.redis {
  requires transitive dev.holdfast.pool;
  requires io.github.resilience4j.retry;
  requires io.netty.buffer;
  requires io.netty.common;
  requires io.netty.handler;
  requires io.netty.resolver;
  requires io.netty.transport;
  requires io.netty.transport.classes.epoll;
  requires io.netty.transport.unix.common;
  requires static org.jspecify;
  requires org.slf4j;
  requires static lettuce.core;
  requires static org.apache.commons.pool2;
  requires static reactor.core;
  requires static redis.clients.jedis;
  requires static spring.beans;
  requires static spring.core;
  requires static spring.data.redis;

  exports dev.holdfast.redis;
  exports dev.holdfast.redis.jedis;
  exports dev.holdfast.redis.pool;
  exports dev.holdfast.redis.spring;
}
