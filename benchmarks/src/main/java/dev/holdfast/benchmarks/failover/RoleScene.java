package dev.holdfast.benchmarks.failover;

import dev.holdfast.lab.RedisServer;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.internal.HostAndPort;
import io.lettuce.core.resource.DnsResolver;
import io.lettuce.core.resource.DnsResolvers;
import io.lettuce.core.resource.MappingSocketAddressResolver;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** The name leads to another server, and the one it led to lives on as its replica. */
final class RoleScene implements Scene {

  private static final String NAME = "primary.lab";

  private final RedisServer first = RedisServer.start();
  private final RedisServer second = RedisServer.start();
  private final AtomicInteger leadsTo = new AtomicInteger(first.port());
  private final RedisSide clients =
      new RedisSide(
          each -> each,
          resources ->
              resources.socketAddressResolver(
                  MappingSocketAddressResolver.create(resolver(), this::here)));

  private static DnsResolver resolver() {
    return DnsResolvers.UNRESOLVED;
  }

  private HostAndPort here(HostAndPort named) {
    return HostAndPort.of("127.0.0.1", leadsTo.get());
  }

  @Override
  public Caller caller(boolean guarded) {
    RedisURI uri = RedisSide.to(first.port()).withHost(NAME).build();
    RedisCommands<String, String> calls = clients.client(guarded, uri).connect().sync();
    return id -> Runs.run(calls, Runs.key(guarded), id);
  }

  @Override
  public Map<String, Long> ran(boolean guarded) {
    return Runs.of(second, Runs.key(guarded));
  }

  @Override
  public void happens(Runnable done) {
    leadsTo.set(second.port());
    first.command("REPLICAOF", "127.0.0.1", String.valueOf(second.port()));
    done.run();
  }

  @Override
  public void close() throws Exception {
    clients.close();
    first.close();
    second.close();
  }
}
