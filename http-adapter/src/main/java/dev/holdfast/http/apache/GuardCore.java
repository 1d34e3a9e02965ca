package dev.holdfast.http.apache;

import dev.holdfast.http.HttpGuardSettings;
import dev.holdfast.internal.http.HttpEndpoints;
import dev.holdfast.internal.report.ConnectReports;
import dev.holdfast.internal.report.DiagnosisReporter;
import dev.holdfast.internal.report.GuardMeters;
import dev.holdfast.internal.socket.Diallers;
import dev.holdfast.internal.socket.SocketParts;
import dev.holdfast.internal.socket.SocketSettings;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.WeakHashMap;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;
import org.slf4j.Logger;

/** What the guards of both of HttpClient's APIs are made of. Thread-safe. */
final class GuardCore {

  /** The builders that have a guard, for they do not tell; by identity, as they have no equals. */
  private static final Set<Object> GUARDED =
      Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

  private final HttpGuardSettings settings;
  private final DiagnosisReporter reporter;
  private final GuardMeters meters;
  private final SocketParts sockets;
  private final ConnectReports connects;
  private final Diallers diallers;
  private final Installation installation;

  /** Of the pools it was installed in, while those are reachable. */
  private final Set<HttpEndpoints> endpoints = Collections.newSetFromMap(new WeakHashMap<>());

  /**
   * @param log of the guard
   * @param client what it guards, with the version
   */
  GuardCore(HttpGuardSettings settings, Logger log, String client) {
    this.settings = settings;
    this.installation = new Installation(settings.name());
    this.reporter = new DiagnosisReporter(settings.registry());
    this.meters = new GuardMeters(settings.registry(), settings.name());
    meters.byEndpoint(settings.endpointMeters());
    SocketSettings ofSockets = settings.sockets();
    this.sockets = SocketParts.of(ofSockets, meters, reporter);
    this.connects =
        new ConnectReports(
            settings.name(), settings.plan(), settings.plans()::of, meters, reporter);
    this.diallers = Diallers.of(ofSockets, connects);
    settings.sayPlans(log, client);
    Installation.untried(Installation.clientVersion())
        .ifPresent(what -> log.warn("{}: {}", settings.name(), what));
  }

  static void requireFirst(Object builder) {
    if (!GUARDED.add(builder)) {
      throw new IllegalStateException(
          "a guard is already installed in this builder: install one guard, once");
    }
  }

  HttpGuardSettings settings() {
    return settings;
  }

  DiagnosisReporter reporter() {
    return reporter;
  }

  GuardMeters meters() {
    return meters;
  }

  SocketParts sockets() {
    return sockets;
  }

  ConnectReports connects() {
    return connects;
  }

  Diallers diallers() {
    return diallers;
  }

  Installation installation() {
    return installation;
  }

  /**
   * For one pool.
   *
   * @param builder of the pool
   * @param type its class, which has the user's resolver
   */
  GuardParts parts(Object builder, Class<?> type) {
    DnsResolver users =
        Unlisted.read(builder, type, "dnsResolver", DnsResolver.class)
            .orElse(SystemDefaultDnsResolver.INSTANCE);
    HttpEndpoints mine = new HttpEndpoints(settings, reporter);
    synchronized (endpoints) {
      endpoints.add(mine);
    }
    return new GuardParts(settings, sockets, mine, new Addresses(users), connects, installation);
  }

  /**
   * Of a pool that a framework has built.
   *
   * @param ofPool what a guard has put into it
   * @throws IllegalStateException if it was another guard, or none
   */
  GuardParts own(Optional<GuardParts> ofPool) {
    return ofPool
        .filter(its -> its.installation() == installation)
        .orElseThrow(GuardCore::notCustomized);
  }

  static IllegalStateException notCustomized() {
    return new IllegalStateException(
        "the client has no pool that this guard has customized: apply poolCustomizer() to the"
            + " pool's builder first, and clientCustomizer() once the client has its pool");
  }

  void close() {
    List<HttpEndpoints> all;
    synchronized (endpoints) {
      all = List.copyOf(endpoints);
    }
    all.forEach(HttpEndpoints::close);
    sockets.close();
    settings.closeOwnGate();
  }
}
