package dev.holdfast.redis;

import dev.holdfast.retry.BackOff;
import io.github.resilience4j.core.IntervalFunction;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.lang.ref.WeakReference;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens to the Sentinels of one master, on a connection of the guarded client to each. What they
 * say of a switch is proof that the old master is none any more, also where it is frozen, accepts
 * what is sent, and answers nothing. Thread-safe.
 */
final class SentinelWatch extends RedisPubSubAdapter<String, String> implements AutoCloseable {

  /** {@code <name> <old ip> <old port> <new ip> <new port>}. */
  private static final String SWITCH = "+switch-master";

  private static final Logger LOG = LoggerFactory.getLogger(LettuceGuard.class);
  private static final int WORDS = 5;
  private static final int MOST = 30;
  private static final IntervalFunction WAITS =
      new BackOff(Duration.ofMillis(500), Duration.ofSeconds(30), 2, 0.5).waits();

  private final Successors successors;
  private final WeakReference<RedisClient> client;
  private final String master;

  /** While they are open their event loops keep them: here they would outlive their client. */
  private final Set<StatefulRedisPubSubConnection<String, String>> listening =
      Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

  private volatile boolean closed;

  SentinelWatch(Successors successors, RedisClient client, String master) {
    this.successors = successors;
    this.client = new WeakReference<>(client);
    this.master = master;
  }

  /** Whether it listens for a client already. */
  boolean follows(RedisClient one, String name) {
    return client.get() == one && master.equals(name);
  }

  /** Listens to one of them; tried again until it can be, for as long as the client is there. */
  void listenTo(RedisURI sentinel) {
    listenTo(sentinel, 1);
  }

  private void listenTo(RedisURI sentinel, int attempt) {
    RedisClient open = client.get();
    if (closed || open == null) {
      return;
    }
    try {
      open.connectPubSubAsync(StringCodec.UTF8, sentinel)
          .whenComplete((connection, failed) -> connected(sentinel, attempt, connection));
    } catch (RuntimeException shutDown) {
      LOG.debug("no Sentinel is listened to any more", shutDown);
    }
  }

  private void connected(
      RedisURI sentinel,
      int attempt,
      @Nullable StatefulRedisPubSubConnection<String, String> connection) {
    if (connection == null) {
      again(sentinel, attempt);
      return;
    }
    listening.add(connection);
    connection.addListener(this);
    connection.async().subscribe(SWITCH);
    if (closed) {
      close();
    }
  }

  private void again(RedisURI sentinel, int attempt) {
    RedisClient open = client.get();
    if (open == null || closed) {
      return;
    }
    try {
      open.getResources()
          .eventExecutorGroup()
          .schedule(
              () -> listenTo(sentinel, attempt + 1),
              WAITS.apply(Math.min(attempt, MOST)),
              TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException shutDown) {
      LOG.debug("no Sentinel is listened to any more", shutDown);
    }
  }

  @Override
  public void message(String channel, String message) {
    String[] words = message.split(" ", -1);
    if (words.length != WORDS || !words[0].equals(master)) {
      return;
    }
    try {
      successors.leave(
          InetSocketAddress.createUnresolved(words[1], Integer.parseInt(words[2])),
          "a Sentinel says that another server is the master");
    } catch (IllegalArgumentException noPort) {
      LOG.warn("a Sentinel's {} names no port: {}", SWITCH, words[2]);
    }
  }

  @Override
  public void close() {
    closed = true;
    List<StatefulRedisPubSubConnection<String, String>> open;
    synchronized (listening) {
      open = List.copyOf(listening);
      listening.clear();
    }
    open.forEach(StatefulRedisPubSubConnection::closeAsync);
  }
}
