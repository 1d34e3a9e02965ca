package dev.holdfast.lab.kernel;

import dev.holdfast.lab.NginxServer;
import dev.holdfast.lab.RedisServer;
import dev.holdfast.lab.ServerHost;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A client (this JVM), a router that tracks connections, and servers behind it. Dial the servers
 * under an address of {@link Dial}, on any port.
 *
 * <p>The router is a Linux kernel: until told otherwise it keeps idle flows for five days and picks
 * up flows it does not know. Limits act on each flow from its next packet. Every method has taken
 * effect when it returns and throws {@link IllegalStateException} if the kernel refuses.
 * Thread-safe. Round trips are near zero, the virtual cables deliver at once, until {@link #delay}.
 */
public final class Network extends PathFaults implements AutoCloseable {

  private final Belongings belongings = new Belongings();
  private final HostKernel client;
  private final List<HostKernel> servers;
  private @Nullable DelayedCable delayed;

  private Network(Topology topology, int servers) {
    super(topology);
    this.client = new HostKernel(List.of(), topology::filterReversePathAtClient);
    this.servers =
        IntStream.range(0, servers)
            .mapToObj(
                i -> new HostKernel(host(i).enter(), () -> topology.filterReversePathAtServer(i)))
            .toList();
    belongings.add(topology::remove);
    belongings.add(client::restore);
  }

  /**
   * Builds a network. Tests get theirs from {@link KernelLab}.
   *
   * @param servers how many servers stand behind the router, at least 1
   * @return a network, to be closed
   * @throws IllegalStateException if the kernel refuses; see {@link #missing()}
   */
  public static Network open(int servers) {
    return new Network(Topology.build(servers), servers);
  }

  /**
   * What keeps this JVM from building networks.
   *
   * @return one line that names it; empty if nothing does
   */
  public static Optional<String> missing() {
    return Requirements.missing();
  }

  /**
   * Where a server process runs: its namespace, and an address for the oracle that does not lead
   * through the router.
   *
   * @param server from 0
   * @return the place
   */
  public ServerHost host(int server) {
    return topology.host(server);
  }

  /**
   * The TCP settings of the client, this JVM's own namespace.
   *
   * @return where to change them; undone at the network's end
   */
  public HostKernel client() {
    return client;
  }

  /**
   * The addresses a client socket can be bound to; the first is used by those that are not. To a
   * server each of them is a client of its own.
   *
   * @return two IPv4 addresses
   */
  public List<String> clientAddresses() {
    return Plan.CLIENTS;
  }

  /**
   * The TCP settings of a server.
   *
   * @param server from 0
   * @return where to change them
   */
  public HostKernel server(int server) {
    return servers.get(server);
  }

  /**
   * Starts a Redis on the first server; it ends with the network.
   *
   * @return the server, ready for commands
   */
  public RedisServer redis() {
    return redis(options -> options);
  }

  /**
   * Starts a Redis with options on the first server; it ends with the network.
   *
   * @param options adds to the builder
   * @return the server, ready for commands
   */
  public RedisServer redis(UnaryOperator<RedisServer.Builder> options) {
    return redis(0, options);
  }

  /**
   * Starts a Redis with options on any server; it ends with the network.
   *
   * @param server from 0
   * @param options adds to the builder
   * @return the server, ready for commands
   */
  public RedisServer redis(int server, UnaryOperator<RedisServer.Builder> options) {
    RedisServer started = options.apply(RedisServer.builder()).on(host(server)).start();
    belongings.add(started::close);
    return started;
  }

  /**
   * Starts an nginx with options on any server; it ends with the network.
   *
   * @param server from 0
   * @param options adds to the builder
   * @return the server, ready for requests
   */
  public NginxServer nginx(int server, UnaryOperator<NginxServer.Builder> options) {
    NginxServer started = options.apply(NginxServer.builder()).on(host(server)).start();
    belongings.add(started::close);
    return started;
  }

  /**
   * Keeps the headers of what the client sends and gets.
   *
   * @return a capture that runs; close it for all segments
   */
  public Capture capture() {
    return keep(new Capture(null, "c0"));
  }

  /**
   * Keeps the headers of what a server gets and sends by way of the router.
   *
   * @param server from 0
   * @return a capture that runs; close it for all segments
   */
  public Capture captureAtServer(int server) {
    return keep(new Capture(topology.serverNamespace(server), "e0"));
  }

  private Capture keep(Capture started) {
    belongings.add(started::close);
    return started;
  }

  /**
   * How long the router keeps an idle flow ({@code nf_conntrack_tcp_timeout_established}).
   *
   * @param limit whole seconds
   * @return this network
   */
  public Network idleLimit(Duration limit) {
    topology.sysctl("nf_conntrack_tcp_timeout_established", limit.toSeconds());
    return this;
  }

  /**
   * Puts flows that carried an answer into conntrack's unacknowledged class, as a bridge does that
   * counts the padding of short segments as data: the client's pure acknowledgements pass without
   * being seen, so what they acknowledge stays open. Such a flow is kept for this limit ({@code
   * nf_conntrack_tcp_timeout_unacknowledged}) although its state reads ESTABLISHED.
   *
   * @param limit whole seconds
   * @return this network
   */
  public Network unacknowledgedLimit(Duration limit) {
    topology.sysctl("nf_conntrack_tcp_timeout_unacknowledged", limit.toSeconds());
    // 52 bytes: 20 of IP, 20 of TCP, 12 of timestamps, no data
    topology.rule(
        "unseen iifname m0 tcp flags & (fin|syn|rst|psh|ack) == ack meta length 52 notrack");
    return this;
  }

  /**
   * Whether a segment of an unknown flow starts a new entry ({@code nf_conntrack_tcp_loose}).
   *
   * @param pickUp Linux' default is true
   * @return this network
   */
  public Network loose(boolean pickUp) {
    topology.sysctl("nf_conntrack_tcp_loose", pickUp ? 1 : 0);
    return this;
  }

  /**
   * Delays every packet between client and router, in both directions, so that a round trip takes
   * twice this. Packets under way keep the delay they were sent with and none overtakes another.
   * The first call cuts the cable: what is sent meanwhile is lost. Later ones only change the
   * delay.
   *
   * @param oneWay any; timers add about 0.1 ms
   * @return this network
   * @throws IllegalStateException if this JVM may not open packet sockets
   */
  public synchronized Network delay(Duration oneWay) {
    if (delayed == null) {
      delayed = topology.cutForProgram();
      belongings.add(delayed::close);
    }
    delayed.delay(oneWay);
    return this;
  }

  /**
   * Answers the segments of flows it does not know with an RST, under every address and to either
   * end, as routers do that are set to reject; until told so it drops them silently under {@link
   * Dial#VIRTUAL} and {@link Dial#ROUTED}. Needs {@link #loose(boolean)} off, but for a FIN, which
   * never starts an entry.
   *
   * @return this network
   */
  public Network resetUnknownFlows() {
    topology.rule(
        "answered ct state invalid tcp flags & rst == 0 counter name %s reject with tcp reset"
            .formatted(RouterCounter.UNKNOWN_RESET.nft()));
    return this;
  }

  /**
   * Ends {@link #resetUnknownFlows()}: the segments of unknown flows are dropped silently again.
   *
   * @return this network
   */
  public Network dropUnknownFlows() {
    topology.router("nft flush chain ip lab answered");
    return this;
  }

  /**
   * Gives the clients' new connections one source address and a port of a range, under every {@link
   * Dial}. A connect for which no port is left is dropped silently. A port whose flow the router
   * takes for closed goes to the next connection, also of another client.
   *
   * @param firstPort first of the range
   * @param lastPort last of the range
   * @return this network
   */
  public Network translate(int firstPort, int lastPort) {
    topology.translate(firstPort, lastPort);
    return this;
  }

  /** Forwards new connections to {@link Dial#ROUTER} and {@link Dial#VIRTUAL} to each in turn. */
  public void balance() {
    topology.balance();
  }

  /** Forgets every flow at once, as a failover to a router with an empty table does. */
  public void forgetAll() {
    topology.router("conntrack -F");
  }

  /**
   * Reads the router's table of flows.
   *
   * @return its TCP entries
   */
  public List<TrackedFlow> conntrackEntries() {
    return topology
        .router("conntrack -L -p tcp 2>/dev/null")
        .lines()
        .map(TrackedFlow::parse)
        .toList();
  }

  /**
   * Whether the router knows no flow any more that is up. A dial that was given up, as any client's
   * that dials again where the machine is late, stays in another state for minutes.
   *
   * @return true once all are forgotten
   */
  public boolean hasForgottenAll() {
    return conntrackEntries().stream().noneMatch(flow -> flow.state().equals("ESTABLISHED"));
  }

  /**
   * Whether the first server has closed all its connections, and the client heard of none of them.
   * A FIN is sent again soon, so the number of those dropped does not tell it alone.
   *
   * @param connections how many there were
   * @return true once their FINs are lost
   */
  public boolean hasLostFinsOf(int connections) {
    return serverKernel(0).get("Tcp.CurrEstab") == 0
        && count(RouterCounter.SERVER_FIN_DROPPED) >= connections;
  }

  /**
   * Reads the counters of this JVM's namespace.
   *
   * @return the client kernel's counters; they outlive a network, so compare two readings
   */
  public KernelCounters clientKernel() {
    return KernelCounters.parse(Shell.run(List.of(), Topology.COUNTERS));
  }

  /**
   * Reads the counters of a server's namespace.
   *
   * @param server from 0
   * @return that kernel's counters
   */
  public KernelCounters serverKernel(int server) {
    return KernelCounters.parse(Shell.run(host(server).enter(), Topology.COUNTERS));
  }

  /** Ends its servers and takes it down, also for a thread interrupted by its test's time limit. */
  @Override
  public void close() {
    boolean interrupted = Thread.interrupted();
    try {
      belongings.end();
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
