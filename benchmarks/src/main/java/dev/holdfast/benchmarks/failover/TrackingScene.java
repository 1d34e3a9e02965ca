package dev.holdfast.benchmarks.failover;

import dev.holdfast.lab.RedisServer;
import io.lettuce.core.TrackingArgs;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.IntegerOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.util.ArrayList;
import java.util.List;

/** A connection with a client-side cache is lost. A call succeeds where its keys are tracked. */
final class TrackingScene implements Scene {

  private final RedisServer redis = RedisServer.start();
  private final RedisSide clients = new RedisSide();
  private final List<String> before = new ArrayList<>();

  @Override
  public Caller caller(boolean guarded) {
    StatefulRedisConnection<String, String> connection =
        clients.client(guarded, RedisSide.to(redis.port()).build()).connect();
    connection.sync().clientTracking(TrackingArgs.Builder.enabled());
    before.add(String.valueOf(connection.sync().clientId()));
    return id -> {
      long client = connection.sync().clientId();
      return !before.contains(String.valueOf(client)) && isTracked(connection);
    };
  }

  private static boolean isTracked(StatefulRedisConnection<String, String> connection) {
    CommandArgs<String, String> getRedirect =
        new CommandArgs<>(StringCodec.UTF8).add("GETREDIR"); // -1 where tracking is off
    return !connection
        .sync()
        .dispatch(CommandType.CLIENT, new IntegerOutput<>(StringCodec.UTF8), getRedirect)
        .equals(-1L);
  }

  @Override
  public void happens(Runnable done) {
    redis.killClients(before);
    done.run();
  }

  @Override
  public void close() throws Exception {
    clients.close();
    redis.close();
  }
}
