package dev.holdfast.benchmarks;

import com.sun.management.ThreadMXBean;
import dev.holdfast.lab.Await;
import dev.holdfast.lab.RedisServer;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.resource.ClientResources;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A client with many connections to a server of its own, and threads that can be told apart. */
final class SparseContender implements AutoCloseable {

  private static final ThreadMXBean THREADS =
      ManagementFactory.getPlatformMXBean(ThreadMXBean.class);
  private static final Duration LAST_ANSWERS = Duration.ofSeconds(20);
  private static final long TICK_NANOS = 5_000_000;
  private static final Pattern CALLS = Pattern.compile("cmdstat_([a-z|]+):calls=(\\d+)");

  /** What the client takes and the server sees up to now. */
  record Reading(long commands, long cpuNanos, long calls) {
    Reading until(Reading end) {
      return new Reading(end.commands - commands, end.cpuNanos - cpuNanos, end.calls - calls);
    }

    double commandsPerCall() {
      return (double) commands / calls;
    }

    double microsPerCall() {
      return cpuNanos / 1e3 / calls;
    }
  }

  /** A call on one connection. */
  interface Use {
    CompletionStage<?> on(StatefulRedisConnection<String, String> connection, int number);
  }

  private final String name;
  private final RedisServer server =
      RedisServer.builder().arguments("--maxclients", "10000").start();
  private final RedisClients clients;
  private final List<StatefulRedisConnection<String, String>> connections = new ArrayList<>();
  private final LongAdder done = new LongAdder();
  private long issued;

  SparseContender(String name, BiFunction<Integer, ClientResources, RedisClients> maker) {
    this.name = name;
    ClientResources resources =
        ClientResources.builder()
            .threadFactoryProvider(pool -> new DefaultThreadFactory(threads(), true))
            .build();
    this.clients = maker.apply(server.port(), resources);
    server.command("SET", RedisCase.KEY, RedisCase.VALUE);
  }

  private String threads() {
    return "sparse-" + name;
  }

  /** Opens connections until there are so many, each used once. */
  void open(int size) {
    while (connections.size() < size) {
      StatefulRedisConnection<String, String> connection = clients.connect();
      connection.sync().get(RedisCase.KEY);
      connections.add(connection);
    }
  }

  /** Uses each connection once a period, for so many periods. */
  void use(Use call, Duration period, int periods) {
    long began = System.nanoTime();
    long total = (long) periods * connections.size();
    double pause = (double) period.toNanos() / connections.size();
    for (long next = 0; next < total; ) {
      long due = Math.min(total, (long) ((System.nanoTime() - began) / pause) + 1);
      for (; next < due; next++) {
        int number = (int) (next % connections.size());
        issued++;
        call.on(connections.get(number), number)
            .whenComplete((answer, failure) -> done.increment());
      }
      LockSupport.parkNanos(TICK_NANOS);
    }
    Await.until("all are answered", LAST_ANSWERS, () -> done.sum() == issued);
  }

  Reading reading() {
    return new Reading(commands(), cpu(), done.sum());
  }

  private long commands() {
    long commands = 0;
    Matcher found = CALLS.matcher(server.command("INFO", "commandstats"));
    while (found.find()) {
      commands += found.group(1).equals("info") ? 0 : Long.parseLong(found.group(2));
    }
    return commands;
  }

  /** Of its event loops and of the calling thread, if that bears its name. */
  private long cpu() {
    long nanos = 0;
    for (long id : THREADS.getAllThreadIds()) {
      @Nullable ThreadInfo thread = THREADS.getThreadInfo(id);
      if (thread != null && thread.getThreadName().startsWith(threads())) {
        nanos += Math.max(0, THREADS.getThreadCpuTime(id));
      }
    }
    return nanos;
  }

  /** A thread whose processor time counts as this contender's. */
  Thread thread(Runnable work) {
    return new Thread(work, threads() + "-caller");
  }

  @Override
  public void close() throws InterruptedException {
    clients.close();
    server.close();
  }
}
