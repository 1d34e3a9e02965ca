package dev.holdfast.internal.http;

import dev.holdfast.guard.Guard;
import dev.holdfast.path.ConnectionPlan;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which plan the connections to a host go by: its own, or that of all hosts that have none. The
 * most exact entry counts: {@code host:port}, then {@code host}, then the longest {@code *.suffix},
 * with its port before without. Immutable, thread-safe.
 */
public final class HostPlans {

  private final Map<String, ConnectionPlan> byHost;
  private final ConnectionPlan others;

  private HostPlans(Map<String, ConnectionPlan> byHost, ConnectionPlan others) {
    this.byHost = byHost;
    this.others = others;
  }

  /**
   * One plan for all hosts.
   *
   * @param plan of every host
   * @return the plans
   */
  public static HostPlans of(ConnectionPlan plan) {
    return new HostPlans(Map.of(), Objects.requireNonNull(plan, "plan"));
  }

  /**
   * Adds hosts with a plan of their own.
   *
   * @param hosts a host as in the URL, {@code api.example.com}, {@code api.example.com:8443}, an IP
   *     address, or all hosts of a domain, {@code *.example.com}; without a port it stands for all
   * @param plan of the path to them
   * @return new plans
   * @throws IllegalArgumentException if the text is no host, or has a plan already
   */
  public HostPlans with(String hosts, ConnectionPlan plan) {
    String key = HostName.pattern(hosts);
    Map<String, ConnectionPlan> more = new LinkedHashMap<>(byHost);
    if (more.put(key, Objects.requireNonNull(plan, "plan")) != null) {
      throw new IllegalArgumentException(
          "host '%s' has two plans; each host has one path. Fix: take one of them out"
              .formatted(hosts));
    }
    return new HostPlans(Collections.unmodifiableMap(more), others);
  }

  /**
   * The plan of hosts without an entry.
   *
   * @return the plan
   */
  public ConnectionPlan others() {
    return others;
  }

  /**
   * The plan of one host.
   *
   * @param host as in the URL
   * @param port the port that is dialled
   * @return its plan
   */
  public ConnectionPlan of(String host, int port) {
    if (byHost.isEmpty()) {
      return others;
    }
    String name = HostName.plain(host);
    ConnectionPlan exact = find(name, port);
    for (int dot = name.indexOf('.'); exact == null && dot >= 0; dot = name.indexOf('.', dot + 1)) {
      exact = find(HostName.ANY_OF + name.substring(dot), port);
    }
    return exact == null ? others : exact;
  }

  private @Nullable ConnectionPlan find(String name, int port) {
    ConnectionPlan withPort = byHost.get(HostName.join(name, port));
    return withPort == null ? byHost.get(name) : withPort;
  }

  /**
   * The plan of what is dialled.
   *
   * @param remote by the name it was asked for, if it still has one; null for nobody's
   * @return its plan
   */
  public ConnectionPlan of(@Nullable SocketAddress remote) {
    return remote instanceof InetSocketAddress inet
        ? of(inet.getHostString(), inet.getPort())
        : others;
  }

  /**
   * Every plan by its hosts, the one of all others last, under {@link Guard#OTHERS}.
   *
   * @return an unmodifiable map, in the order of declaration
   */
  public Map<String, ConnectionPlan> all() {
    Map<String, ConnectionPlan> all = new LinkedHashMap<>(byHost);
    all.put(Guard.OTHERS, others);
    return Collections.unmodifiableMap(all);
  }

  /**
   * Each plan once.
   *
   * @return in no order
   */
  public Collection<ConnectionPlan> distinct() {
    Set<ConnectionPlan> each = new LinkedHashSet<>(byHost.values());
    each.add(others);
    return each;
  }
}
