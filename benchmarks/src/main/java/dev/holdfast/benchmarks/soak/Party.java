package dev.holdfast.benchmarks.soak;

import dev.holdfast.lab.kernel.Dial;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The clients of one side, their threads, and what they call. */
final class Party implements AutoCloseable {

  private static final int THREADS = 4;
  private static final int PROXIED_THREADS = 2;

  private final Group group;
  private final RedisSide redis;
  private final HttpSide http;
  private final ReactorSide reactor;
  private final Optional<ProxiedSide> proxied;
  private final Listener listener = new Listener();
  private final List<Worker> workers = new ArrayList<>();

  private Party(
      Group group,
      RedisSide redis,
      HttpSide http,
      ReactorSide reactor,
      Optional<ProxiedSide> proxied) {
    this.group = group;
    this.redis = redis;
    this.http = http;
    this.reactor = reactor;
    this.proxied = proxied;
    redis.subscriber().addListener(listener);
    redis.subscriber().sync().subscribe(Broadcast.CHANNEL);
  }

  static Party of(Side side, Stage stage, Journal journal, Failures failures, Diagnoses diagnoses)
      throws Exception {
    Group group = new Group(side);
    String address = Dial.ROUTED.address();
    int redisPort = stage.redis().port();
    int httpPort = stage.nginx().port();
    Party party =
        group.call(
            () ->
                side == Side.BARE
                    ? new Party(
                        group,
                        RedisSide.bare(address, redisPort),
                        HttpSide.bare(address, httpPort),
                        ReactorSide.bare(address, httpPort),
                        stage.proxy().map(any -> ProxiedSide.bare(address)))
                    : new Party(
                        group,
                        RedisSide.guarded(address, redisPort, diagnoses.of("lettuce")),
                        HttpSide.guarded(address, httpPort, diagnoses.of("httpclient")),
                        ReactorSide.guarded(address, httpPort, diagnoses.of("reactor")),
                        stage
                            .proxy()
                            .map(any -> ProxiedSide.guarded(address, diagnoses.of("proxied")))));
    party.employ(side, stage.quiet(), journal, failures);
    party.proxied.ifPresent(behind -> party.employ(behind, side, stage.quiet(), journal, failures));
    return party;
  }

  private void employ(Side side, Quiet quiet, Journal journal, Failures failures) {
    Client shared = new Client(side, "shared");
    Client pooled = new Client(side, "pooled");
    Client http5 = new Client(side, "http");
    Client netty = new Client(side, "reactor");
    Caller onShared = new Caller(shared, journal, failures);
    Caller onPool = new Caller(pooled, journal, failures);
    Caller onHttp = new Caller(http5, journal, failures);
    Caller onNetty = new Caller(netty, journal, failures);
    for (int i = 0; i < THREADS; i++) {
      Worker.Step sharing =
          i == 0
              ? RedisWork.appending(onShared, redis.shared(), shared)
              : RedisWork.shared(onShared, redis.shared(), name(shared, i));
      workers.add(new Worker(group.threads(), name(shared, i), quiet, sharing));
      workers.add(
          new Worker(
              group.threads(),
              name(pooled, i),
              quiet,
              RedisWork.pooled(onPool, redis.pool(), name(pooled, i))));
      workers.add(
          new Worker(group.threads(), name(http5, i), quiet, http.work(onHttp, name(http5, i))));
      workers.add(
          new Worker(
              group.threads(), name(netty, i), quiet, reactor.work(onNetty, name(netty, i))));
    }
  }

  private void employ(
      ProxiedSide behind, Side side, Quiet quiet, Journal journal, Failures failures) {
    Client client = new Client(side, "proxied");
    Caller caller = new Caller(client, journal, failures);
    for (int i = 0; i < PROXIED_THREADS; i++) {
      String name = name(client, i);
      Worker.Step sharing = RedisWork.shared(caller, behind.shared(), name);
      workers.add(new Worker(group.threads(), name, quiet, sharing));
    }
  }

  private static String name(Client client, int thread) {
    return client + ":" + thread;
  }

  void start() {
    workers.forEach(Worker::start);
  }

  boolean allAnsweredSince(long nanoTime) {
    return workers.stream().allMatch(worker -> worker.answeredSince(nanoTime));
  }

  /** Ends the calls and waits for those under way. */
  void rest() throws InterruptedException {
    workers.forEach(Worker::end);
    for (Worker worker : workers) {
      worker.close();
    }
  }

  Group group() {
    return group;
  }

  Listener listener() {
    return listener;
  }

  @Override
  public void close() {
    Stream.concat(Stream.of(http, reactor, redis), proxied.stream()).forEach(Party::end);
  }

  private static void end(AutoCloseable side) {
    try {
      side.close();
    } catch (Exception failed) {
      throw new IllegalStateException("could not be closed", failed);
    }
  }
}
