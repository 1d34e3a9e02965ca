package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.lab.Await;
import dev.holdfast.lab.NameServer;
import dev.holdfast.lab.RedisServer;
import dev.holdfast.path.NetworkPath;
import dev.holdfast.path.ServerLimits;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.resource.ClientResources;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.resolver.AddressResolverGroup;
import io.netty.resolver.dns.DnsAddressResolverGroup;
import io.netty.resolver.dns.DnsNameResolverBuilder;
import io.netty.resolver.dns.SingletonDnsServerAddressStreamProvider;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** A real name server is asked as often as its answers may be kept. */
final class NameServerTest {

  private static final Duration SOON = Duration.ofSeconds(20);
  private static final Duration TTL = Duration.ofSeconds(2);

  private static AddressResolverGroup<?> asking(NameServer names) {
    return new DnsAddressResolverGroup(
        new DnsNameResolverBuilder()
            .datagramChannelType(
                Epoll.isAvailable() ? EpollDatagramChannel.class : NioDatagramChannel.class)
            .nameServerProvider(new SingletonDnsServerAddressStreamProvider(names.address())));
  }

  private static ClientResources resources(NameServer names) {
    return ClientResources.builder()
        .ioThreadPoolSize(2)
        .computationThreadPoolSize(2)
        .addressResolverGroup(asking(names))
        .build();
  }

  /** With its default settings: the JVM would keep the name for 30 s. */
  @Test
  void mustFollowANameOnceItsTtlIsOver() throws Exception {
    try (RedisServer redis =
            RedisServer.builder().arguments("--bind", "127.0.0.1", "127.0.0.2").start();
        NameServer names = NameServer.answering(TTL, NameServer.loopback(2))) {
      LettuceGuard guard =
          LettuceGuard.custom(NetworkPath.to(ServerLimits.withoutIdleTimeout("redis")).plan())
              .meterRegistry(new SimpleMeterRegistry())
              .build();
      ClientResources mine = resources(names);
      ClientResources theirs = resources(names);
      RedisClient guarded = RedisClient.create(guard.install(mine), uri(redis, "guarded"));
      guarded.setOptions(guard.options(ClientOptions.create()));
      RedisClient bare = RedisClient.create(theirs, uri(redis, "bare"));
      try (var connection = guarded.connect();
          var other = bare.connect()) {
        assertThat(connection.sync().incr("guarded")).isEqualTo(1);
        assertThat(other.sync().incr("bare")).isEqualTo(1);
        assertThat(leadsTo(redis, "guarded")).isEqualTo("127.0.0.2");
        names.answers(NameServer.loopback(1));
        long began = System.nanoTime();
        long calls = follows(redis, connection.sync());
        System.out.printf(
            "[names] TTL %d s: followed after %d ms, asked %d times%n",
            TTL.toSeconds(),
            TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began),
            names.asked());
        assertThat(redis.counter("guarded")).as("each ran once").isEqualTo(1 + calls);
        assertThat(other.sync().incr("bare")).isEqualTo(2);
        assertThat(leadsTo(redis, "bare")).isEqualTo("127.0.0.2");
      } finally {
        guarded.shutdown(Duration.ZERO, Duration.ZERO);
        bare.shutdown(Duration.ZERO, Duration.ZERO);
        guard.close();
        mine.shutdown(0, 0, TimeUnit.SECONDS).get();
        theirs.shutdown(0, 0, TimeUnit.SECONDS).get();
      }
    }
  }

  private static RedisURI uri(RedisServer redis, String clientName) {
    return RedisURI.builder()
        .withHost("primary.lab")
        .withPort(redis.port())
        .withClientName(clientName)
        .withTimeout(SOON)
        .build();
  }

  /** How many calls it took. */
  private static long follows(RedisServer redis, RedisCommands<String, String> calls) {
    AtomicLong made = new AtomicLong();
    Await.until(
        "it has followed",
        SOON,
        () -> {
          calls.incr("guarded");
          made.incrementAndGet();
          return leadsTo(redis, "guarded").equals("127.0.0.1");
        });
    return made.get();
  }

  /** The server's own address of a client's connection; empty while there is none. */
  private static String leadsTo(RedisServer redis, String clientName) {
    return redis
        .command("CLIENT", "LIST")
        .lines()
        .filter(line -> line.contains(" name=" + clientName + " "))
        .map(line -> line.replaceFirst(".* laddr=([^:]*):.*", "$1"))
        .findFirst()
        .orElse("");
  }
}
