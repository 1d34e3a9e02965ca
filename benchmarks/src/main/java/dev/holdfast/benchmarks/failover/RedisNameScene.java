package dev.holdfast.benchmarks.failover;

import dev.holdfast.lab.RedisServer;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.sync.RedisCommands;
import java.util.Map;

/** The name alone leads elsewhere: both servers are well. A call succeeds at the new one. */
final class RedisNameScene implements Scene {

  private final Names names = new Names();
  private final RedisServer redis =
      RedisServer.builder().arguments("--bind", Names.AFTER, Names.BEFORE).start();
  private final RedisSide clients =
      new RedisSide(each -> each, resources -> resources.addressResolverGroup(names.resolvers()));

  @Override
  public Caller caller(boolean guarded) {
    RedisURI uri =
        RedisSide.to(redis.port())
            .withHost(Names.NAME)
            .withClientName(guarded ? "guarded" : "bare")
            .build();
    RedisCommands<String, String> calls = clients.client(guarded, uri).connect().sync();
    String name = " name=" + uri.getClientName() + " ";
    String at = " laddr=" + Names.AFTER + ":";
    return id ->
        Runs.run(calls, Runs.key(guarded), id)
            && calls.clientList().lines().anyMatch(l -> l.contains(name) && l.contains(at));
  }

  @Override
  public Map<String, Long> ran(boolean guarded) {
    return Runs.of(redis, Runs.key(guarded));
  }

  @Override
  public void happens(Runnable done) {
    names.change();
    done.run();
  }

  @Override
  public void close() throws Exception {
    clients.close();
    redis.close();
    names.close();
  }
}
