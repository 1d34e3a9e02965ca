package dev.holdfast.benchmarks.soak;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.sync.RedisCommands;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** Publishes numbers past the network, and knows which ones Redis took and when. */
final class Broadcast implements AutoCloseable {

  static final String CHANNEL = "news";

  private static final Duration EVERY = Duration.ofMillis(20);
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private final Journal journal;
  private final RedisClient client;
  private final RedisCommands<String, String> commands;
  private final Thread thread = new Thread(this::publish, "soak-publisher");
  private final List<Message> messages = new ArrayList<>();
  private volatile boolean running = true;

  /**
   * A number that was published.
   *
   * @param episode the fault under way once Redis took it, or when it was sent if it did not
   * @param nanos when, by {@link System#nanoTime()}
   * @param taken whether Redis said it took it
   */
  record Message(int episode, long nanos, boolean taken) {}

  Broadcast(String address, int port, Journal journal) {
    this.journal = journal;
    RedisURI uri = RedisURI.create(address, port);
    uri.setTimeout(PATIENCE);
    this.client = RedisClient.create(uri);
    this.commands = client.connect().sync();
  }

  void start() {
    thread.setDaemon(true);
    thread.start();
  }

  private void publish() {
    while (running) {
      int number;
      synchronized (messages) {
        number = messages.size();
        messages.add(new Message(journal.episode(), System.nanoTime(), false));
      }
      try {
        commands.publish(CHANNEL, Integer.toString(number));
        synchronized (messages) {
          // what is sent as a fault begins is of that fault
          Message sent = messages.get(number);
          messages.set(number, new Message(journal.episode(), sent.nanos(), true));
        }
      } catch (RedisException notTaken) {
        // nobody has to have heard it
      }
      LockSupport.parkNanos(EVERY.toNanos());
    }
  }

  /** All published so far, by number. */
  List<Message> messages() {
    synchronized (messages) {
      return List.copyOf(messages);
    }
  }

  void end() throws InterruptedException {
    running = false;
    thread.join(PATIENCE.multipliedBy(5).toMillis());
  }

  @Override
  public void close() {
    running = false;
    client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
  }
}
