package dev.holdfast.benchmarks.failover;

import dev.holdfast.lab.NameServer;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.resolver.AddressResolverGroup;
import io.netty.resolver.dns.DnsAddressResolverGroup;
import io.netty.resolver.dns.DnsNameResolverBuilder;
import io.netty.resolver.dns.SingletonDnsServerAddressStreamProvider;
import java.net.InetSocketAddress;
import java.time.Duration;

/** A name server whose answers may be kept for two seconds, and Netty's resolver that asks it. */
final class Names implements AutoCloseable {

  static final String NAME = "server.lab";
  static final String BEFORE = "127.0.0.2";
  static final String AFTER = "127.0.0.1";

  private final NameServer server;

  Names() {
    server = NameServer.answering(Duration.ofSeconds(2), NameServer.loopback(2));
  }

  AddressResolverGroup<InetSocketAddress> resolvers() {
    return new DnsAddressResolverGroup(
        new DnsNameResolverBuilder()
            .datagramChannelType(
                Epoll.isAvailable() ? EpollDatagramChannel.class : NioDatagramChannel.class)
            .nameServerProvider(new SingletonDnsServerAddressStreamProvider(server.address())));
  }

  void change() {
    server.answers(NameServer.loopback(1));
  }

  @Override
  public void close() {
    server.close();
  }
}
