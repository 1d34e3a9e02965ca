package dev.holdfast.benchmarks;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** The names {@code benchmarks/run} knows. */
enum Benchmarks {
  REDIS("redis", "one shared Lettuce connection, bare and guarded: GETs per second"),
  HTTP("http", "HttpClient 5, Reactor Netty and OkHttp, bare and guarded: requests per second"),
  POOL("pool", "a borrow and a return: Holdfast's pool and others, CPU ns and bytes"),
  POOL_REDIS(
      "pool-redis",
      "GETs over pooled connections of Lettuce and Jedis: Holdfast's pool and others"),
  POOL_FAULTS("pool-faults", "the pool in the kernel lab: deadlines, 10,000 virtual threads"),
  CONNECT(
      "connect",
      "new connections of each client over faulty paths of the kernel lab: milliseconds"),
  MEMORY("memory", "heap taken by an idle Lettuce connection, bare and guarded"),
  STORM("storm", "many clients lose one balancer together (simulated): peak and recovery"),
  SPARSE(
      "sparse", "many connections used every few seconds, bare and guarded: commands, CPU, heap"),
  ENDINGS("endings", "200 short lives of a client, bare and with guard and pool: what they leave"),
  TRANSPARENCY("transparency", "random programs over Lettuce, bare and guarded: what differs"),
  TRANSPARENCY_HTTP(
      "transparency-http", "random calls of Apache HttpClient, bare and guarded: what differs"),
  HANG_UPS("hang-ups", "callers of HttpClient that hang up beside one that never does"),
  DIAGNOSIS("diagnosis", "every fault of the kernel lab diagnosed: precision and recall"),
  SOAK("soak", "random faults in the kernel lab, bare and guarded, by the server's count"),
  FAILOVER(
      "failover",
      "servers that change roles, names and moods, bare and guarded: ms to the first success"),
  DARK("dark", "one direction of the path dark for seconds, bare and guarded: calls lost");

  private final String label;
  private final String summary;

  Benchmarks(String label, String summary) {
    this.label = label;
    this.summary = summary;
  }

  String label() {
    return label;
  }

  Benchmark create(Sample sample) {
    return switch (this) {
      case REDIS -> new RedisGets();
      case HTTP -> new HttpCalls();
      case POOL -> new PoolBorrows();
      case POOL_REDIS -> new PooledGets();
      case POOL_FAULTS -> new PoolFaults();
      case CONNECT -> new ConnectLatency();
      case MEMORY -> new IdleHeap();
      case STORM -> new ReconnectStorm();
      case SPARSE -> new SparseUse();
      case ENDINGS -> new Endings();
      case TRANSPARENCY -> new Transparency(sample);
      case TRANSPARENCY_HTTP -> new HttpTransparency(sample);
      case HANG_UPS -> new HangUpCalls();
      case DIAGNOSIS -> new DiagnosisMatrix();
      case SOAK -> new Soak(sample);
      case FAILOVER -> new Failover();
      case DARK -> new Darkness();
    };
  }

  static Optional<Benchmarks> named(String name) {
    return Arrays.stream(values()).filter(known -> known.label.equals(name)).findFirst();
  }

  static String names() {
    return Arrays.stream(values()).map(Benchmarks::label).collect(Collectors.joining(", "));
  }

  static String summaries() {
    return Arrays.stream(values())
        .map(known -> "  %-12s  %s%n".formatted(known.label, known.summary))
        .collect(Collectors.joining());
  }
}
