package dev.holdfast.path;

import java.time.Duration;
import java.util.function.UnaryOperator;

/**
 * Servers whose limits were read from a source or measured. The values are the server's defaults;
 * one that was tuned is declared with {@code preset.limits().withIdleTimeout(...)}.
 */
public enum ServerPreset {
  /**
   * Redis 7.0, timeout: no limit. No idle timeout unless one is set with {@code withIdleTimeout};
   * closes up to 1 s late. Source: live redis 7.0.15; valkey- io/valkey:src/timeout.c.
   */
  REDIS(
      "redis",
      0,
      IdleClock.REQUEST,
      "live redis 7.0.15",
      limits -> limits.withGranularity(Duration.ofSeconds(1))),
  /**
   * Valkey, timeout: no limit. No idle timeout unless one is set with {@code withIdleTimeout};
   * closes up to 1 s late. Source: valkey-io/valkey:valkey.conf, src/timeout.c.
   */
  VALKEY(
      "valkey",
      0,
      IdleClock.REQUEST,
      "valkey-io/valkey:valkey.conf, src/timeout.c",
      limits -> limits.withGranularity(Duration.ofSeconds(1))),
  /**
   * Alibaba Tair/Redis, timeout: no limit. No idle timeout unless one is set; closes up to 2 s
   * late. Source: alibabacloud.com specify-a-timeout-period.
   */
  ALIYUN_TAIR(
      "aliyun-tair",
      0,
      IdleClock.REQUEST,
      "alibabacloud.com specify-a-timeout-period",
      limits -> limits.withGranularity(Duration.ofSeconds(2))),
  /**
   * Azure Cache for Redis, idle timeout: 600 s. Cannot be changed. Source: Azure/AzureCacheForRedis
   * PR#17 "currently has 10 minute idle timeout"; redis-rs#374; ioredis#1423.
   */
  AZURE_REDIS(
      "azure-redis",
      600,
      IdleClock.REQUEST,
      "Azure/AzureCacheForRedis PR#17",
      UnaryOperator.identity()),
  /**
   * nginx, keepalive_timeout: 75 s. 1000 requests (keepalive_requests) and 3600 s (keepalive_time)
   * per connection. Source: nginx/nginx:src/http/ngx_http_core_module.c.
   */
  NGINX(
      "nginx",
      75,
      IdleClock.REQUEST,
      "nginx/nginx:src/http/ngx_http_core_module.c",
      limits -> limits.withMaxRequests(1000).withMaxAge(Duration.ofHours(1))),
  /**
   * Apache httpd, KeepAliveTimeout: 5 s. 100 requests per connection. Source:
   * apache/httpd:include/httpd.h.
   */
  HTTPD(
      "httpd",
      5,
      IdleClock.REQUEST,
      "apache/httpd:include/httpd.h",
      limits -> limits.withMaxRequests(100)),
  /**
   * Tomcat, keepAliveTimeout (= connectionTimeout): 60 s. The value in code, which embedded Tomcat
   * (Spring Boot) follows; 100 requests per connection. Source: apache/tomcat http11/Constants.java
   * 60000; docs http.xml; server.xml 20000.
   */
  TOMCAT(
      "tomcat",
      60,
      IdleClock.REQUEST,
      "apache/tomcat http11/Constants.java",
      limits -> limits.withMaxRequests(100)),
  /**
   * Tomcat, keepAliveTimeout (= connectionTimeout): 20 s. The value in the shipped server.xml; 100
   * requests per connection. Source: apache/tomcat http11/Constants.java 60000; docs http.xml;
   * server.xml 20000.
   */
  TOMCAT_SERVER_XML(
      "tomcat-server-xml",
      20,
      IdleClock.REQUEST,
      "apache/tomcat conf/server.xml 20000",
      limits -> limits.withMaxRequests(100)),
  /**
   * Jetty, ServerConnector idleTimeout: 30 s. Any byte resets it. Source: jetty-users msg04296
   * (it=30000), apache/atlas#100.
   */
  JETTY("jetty", 30, IdleClock.PAYLOAD, "jetty-users msg04296", UnaryOperator.identity()),
  /**
   * Undertow builder, NO_REQUEST_TIMEOUT: 60 s. Source: undertow- io/undertow:Undertow.java:148.
   */
  UNDERTOW(
      "undertow",
      60,
      IdleClock.REQUEST,
      "undertow-io/undertow:Undertow.java:148",
      UnaryOperator.identity()),
  /**
   * Node.js &lt;= 25, keepAliveTimeout: 5 s. Closes 1 s after what its header says. Source:
   * nodejs/node docs v25; live.
   */
  NODE_25(
      "node-25",
      5,
      IdleClock.REQUEST,
      "nodejs/node docs v25",
      limits -> limits.withGranularity(Duration.ofSeconds(1))),
  /** Node.js &gt;= 26, keepAliveTimeout: 65 s. Source: nodejs/node#62782 (merged), #63974. */
  NODE_26(
      "node-26",
      65,
      IdleClock.REQUEST,
      "nodejs/node#62782 (merged), #63974",
      UnaryOperator.identity()),
  /** gunicorn, keepalive: 2 s. Source: benoitc/gunicorn:gunicorn/config.py default = 2. */
  GUNICORN(
      "gunicorn",
      2,
      IdleClock.REQUEST,
      "benoitc/gunicorn:gunicorn/config.py",
      UnaryOperator.identity()),
  /** uvicorn, timeout_keep_alive: 5 s. Source: encode/uvicorn:uvicorn/config.py. */
  UVICORN(
      "uvicorn",
      5,
      IdleClock.REQUEST,
      "encode/uvicorn:uvicorn/config.py",
      UnaryOperator.identity()),
  /**
   * IIS / http.sys, idle connection: 120 s. Source: learn.microsoft TimeoutManager.IdleConnection
   * "default timer is 2 minutes".
   */
  IIS(
      "iis",
      120,
      IdleClock.REQUEST,
      "learn.microsoft TimeoutManager.IdleConnection",
      UnaryOperator.identity()),
  /**
   * ASP.NET Kestrel, KeepAliveTimeout: 130 s. Source: learn.microsoft
   * KestrelServerLimits.KeepAliveTimeout.
   */
  KESTREL(
      "kestrel",
      130,
      IdleClock.REQUEST,
      "learn.microsoft KestrelServerLimits.KeepAliveTimeout",
      UnaryOperator.identity());

  private final String id;

  @SuppressWarnings("ImmutableEnumChecker") // limits have final fields only
  private final ServerLimits limits;

  ServerPreset(
      String id,
      int idleSeconds,
      IdleClock clock,
      String source,
      UnaryOperator<ServerLimits> further) {
    this.id = id;
    ServerLimits named = ServerLimits.withoutIdleTimeout(id).withIdleClock(clock);
    ServerLimits timed =
        idleSeconds == 0 ? named : named.withIdleTimeout(Duration.ofSeconds(idleSeconds));
    this.limits = further.apply(timed).withSource(source);
  }

  /**
   * The preset of a name, as {@code azure-redis} or {@code AZURE_REDIS}.
   *
   * @param name the name; case does not matter, and underscores count as hyphens
   * @return the preset
   * @throws IllegalArgumentException if there is none; the message names the nearest and all known
   */
  public static ServerPreset named(String name) {
    return PresetNames.find("server preset", name, values(), ServerPreset::id);
  }

  /**
   * The name of the preset, which is also the name of its limits.
   *
   * @return lower case words joined by hyphens
   */
  public String id() {
    return id;
  }

  /**
   * The limits with the server's defaults.
   *
   * @return the limits
   */
  public ServerLimits limits() {
    return limits;
  }
}
