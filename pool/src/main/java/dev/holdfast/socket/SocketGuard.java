package dev.holdfast.socket;

import dev.holdfast.diagnosis.IdleBound;
import dev.holdfast.dial.ConnectReport;
import dev.holdfast.gate.EndpointGates;
import dev.holdfast.guard.Guard;
import dev.holdfast.guard.GuardHealth;
import dev.holdfast.internal.report.ConnectReports;
import dev.holdfast.internal.report.DiagnosisReporter;
import dev.holdfast.internal.report.EndpointUses;
import dev.holdfast.internal.report.GuardMeters;
import dev.holdfast.internal.report.StartLine;
import dev.holdfast.internal.socket.AddressMemory;
import dev.holdfast.internal.socket.Caller;
import dev.holdfast.internal.socket.DialledName;
import dev.holdfast.internal.socket.Diallers;
import dev.holdfast.internal.socket.GuardedSocket;
import dev.holdfast.internal.socket.GuardedSocketFactory;
import dev.holdfast.internal.socket.SocketConnects;
import dev.holdfast.internal.socket.SocketParts;
import dev.holdfast.internal.socket.SocketPaths;
import dev.holdfast.internal.socket.SocketSettings;
import dev.holdfast.internal.usage.EndpointChurn;
import dev.holdfast.internal.usage.UsageSettings;
import dev.holdfast.path.ConnectionPlan;
import dev.holdfast.report.DiagnosisEvent;
import dev.holdfast.report.RecentDiagnosis;
import dev.holdfast.wire.WireSnapshot;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import javax.net.SocketFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Guards plain sockets, for a blocking client that takes a {@link SocketFactory} and has no guard
 * of its own:
 *
 * <pre>{@code
 * SocketGuard guard = SocketGuard.create(path.plan());
 * client.setSocketFactory(guard.socketFactory());
 * }</pre>
 *
 * <p>From then on a connect passes the guard's gate and is dialled again, from another port, while
 * a dial is lost; a connection whose path dies while somebody waits on it is given up in about a
 * second, with a {@link java.net.SocketException} that says why; keepalive and {@code
 * TCP_USER_TIMEOUT} are the plan's where nobody set them; and every connection that dies is
 * diagnosed. Whoever keeps connections asks {@link #mayBeUsed} before each use. Nothing is repeated
 * that was sent: the guard knows no protocol. A socket that is dropped without being closed is
 * closed once it was collected, by the guard's next connect.
 *
 * <p>Thread-safe.
 */
public final class SocketGuard implements Guard {

  private static final Logger LOG = LoggerFactory.getLogger(SocketGuard.class);

  /** Of a pool that nobody has told of. */
  private static final int POOL_SIZE = 8;

  private final ConnectionPlan plan;
  private final SocketSettings settings;
  private final @Nullable EndpointGates ownGate;
  private final DiagnosisReporter reporter;
  private final SocketParts parts;
  private final ConnectReports reports;
  private final EndpointUses uses;
  private final SocketConnects connects;
  private final AddressMemory memory = new AddressMemory();
  private volatile boolean used;

  SocketGuard(
      ConnectionPlan plan,
      SocketSettings settings,
      UsageSettings usage,
      @Nullable EndpointGates ownGate) {
    this.plan = plan;
    this.settings = settings;
    this.ownGate = ownGate;
    this.reporter = new DiagnosisReporter(settings.registry());
    GuardMeters meters = new GuardMeters(settings.registry(), settings.name());
    this.parts = SocketParts.of(settings, meters, reporter);
    this.reports = new ConnectReports(settings.name(), plan, meters, reporter);
    this.uses = new EndpointUses(settings.name(), plan, usage, POOL_SIZE, reporter);
    this.connects = new SocketConnects(parts, Diallers.of(settings, reports), new Paths());
    StartLine.say(LOG, settings.name(), client(), plan, StartLine.nativeEpoll());
  }

  /**
   * A guard with default settings.
   *
   * @param plan the plan of the path to the server
   * @return a guard
   */
  public static SocketGuard create(ConnectionPlan plan) {
    return custom(plan).build();
  }

  /**
   * A guard with settings of one's own.
   *
   * @param plan the plan of the path to the server
   * @return a builder that starts from the defaults
   */
  public static SocketGuardBuilder custom(ConnectionPlan plan) {
    return new SocketGuardBuilder(plan);
  }

  /**
   * Makes guarded sockets. A socket that is connected by a host's name tries its addresses in turn.
   *
   * @return a factory, to be used by any number of clients
   */
  public SocketFactory socketFactory() {
    return socketFactory(SocketFactory.getDefault());
  }

  /**
   * The same over the user's own sockets.
   *
   * @param sockets makes them, by {@link SocketFactory#createSocket()}
   * @return a factory, to be used by any number of clients
   */
  public SocketFactory socketFactory(SocketFactory sockets) {
    return new GuardedSocketFactory(
        () -> {
          used = true;
          return new GuardedSocket(connects, sockets);
        },
        memory);
  }

  /**
   * Whether an idle connection may carry another call. If not, it is closed, with RST, and its end
   * told. To be asked while nobody uses it, by whoever keeps connections, before each use. A
   * connection that was idle for {@link SocketGuardBuilder#probeAfter a second} waits until the
   * kernel has proved its path: a round trip and some milliseconds, a second at most unless nothing
   * comes through to anybody.
   *
   * @param socket of this guard's factory; one of others may be used
   * @return false if it is closed, was too long idle for its path, holds input that nobody asked
   *     for, or its path is dead
   */
  public boolean mayBeUsed(Socket socket) {
    return !socket.isClosed()
        && !(socket instanceof GuardedSocket ours && ours.refuse(false, Caller.PATIENT) != null);
  }

  /**
   * Calls a listener for every connection given up. It runs on the thread that gave it up, a
   * caller's or the guard's own: it must be quick and must not block.
   *
   * @param listener the listener
   */
  public void onEnd(Consumer<? super ConnectionEnd> listener) {
    parts.deaths().onEnd(listener);
  }

  @Override
  public String name() {
    return settings.name();
  }

  @Override
  public String client() {
    return "java.net.Socket";
  }

  @Override
  public ConnectionPlan plan() {
    return plan;
  }

  @Override
  public IdleBound idleBound() {
    return parts.deaths().idleBound();
  }

  @Override
  public List<WireSnapshot> snapshots() {
    return parts.watch().snapshots();
  }

  /** Its installation is well once its factory has made a socket. */
  @Override
  public GuardHealth health() {
    return GuardHealth.of(used, settings.gate());
  }

  @Override
  public List<RecentDiagnosis> recentDiagnoses() {
    return reporter.recent();
  }

  @Override
  public void onConnect(Consumer<ConnectReport> listener) {
    reports.onConnect(listener);
  }

  @Override
  public void onDiagnosis(Consumer<DiagnosisEvent> listener) {
    reporter.onDiagnosis(listener);
  }

  @Override
  public void close() {
    uses.close();
    parts.close();
    if (ownGate != null) {
      ownGate.close();
    }
  }

  private final class Paths implements SocketPaths {

    @Override
    public ConnectionPlan plan(InetSocketAddress remote) {
      return plan;
    }

    @Override
    public EndpointChurn use(InetSocketAddress remote) {
      return uses.use(remote.getHostString(), remote.getPort());
    }

    @Override
    public Optional<DialledName> name(InetSocketAddress remote) {
      String host = remote.getHostString();
      InetAddress address = remote.getAddress();
      boolean named = parts.names().areWatched() && !host.equals(address.getHostAddress());
      return named
          ? Optional.of(new DialledName(host, InetAddress::getAllByName, address))
          : Optional.empty();
    }
  }
}
