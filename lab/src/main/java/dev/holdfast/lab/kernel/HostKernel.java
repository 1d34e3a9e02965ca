package dev.holdfast.lab.kernel;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The TCP settings of one end: of the client, which is this JVM's own namespace, or of a server.
 * They act on what is opened afterwards and last until the network's end; a later network in the
 * same JVM finds the client as if nothing had been set.
 *
 * <p>Each setting has taken effect when its method returns; {@link IllegalStateException} if the
 * kernel refuses it. Thread-safe. The names and defaults are those of the kernel's {@code
 * Documentation/networking/ip-sysctl.rst}.
 */
public final class HostKernel {

  private static final Pattern TIME_WAITS = Pattern.compile("(?m)^TCP: .* tw (\\d+) ");

  private final List<String> enter;
  private final Runnable reversePathFilter;
  private final Map<String, String> before = new LinkedHashMap<>();

  /**
   * @param enter the words that enter its namespace
   * @param reversePathFilter lays an asymmetric route and refuses it
   */
  HostKernel(List<String> enter, Runnable reversePathFilter) {
    this.enter = enter;
    this.reversePathFilter = reversePathFilter;
  }

  /**
   * Limits the sockets in TIME_WAIT ({@code tcp_max_tw_buckets}). What would be one too many is
   * gone at once and counted as {@code TcpExt.TCPTimeWaitOverflow}.
   *
   * @param sockets 0 for none at all
   * @return this end
   */
  public HostKernel timeWaitLimit(int sockets) {
    return set("tcp_max_tw_buckets", Integer.toString(sockets));
  }

  /**
   * Whether a connect may take the port of a socket that has been in TIME_WAIT for a second ({@code
   * tcp_tw_reuse}). Needs timestamps on both ends.
   *
   * @param reuse Linux' default means no, but for loopback
   * @return this end
   */
  public HostKernel reuseTimeWait(boolean reuse) {
    return set("tcp_tw_reuse", reuse ? "1" : "0");
  }

  /**
   * The ports of connections that choose none themselves ({@code ip_local_port_range}). It also
   * serves this JVM's loopback connections.
   *
   * @param firstPort first of the range
   * @param lastPort last of the range
   * @return this end
   */
  public HostKernel portRange(int firstPort, int lastPort) {
    return set("ip_local_port_range", firstPort + " " + lastPort);
  }

  /**
   * Whether to offer TCP timestamps ({@code tcp_timestamps}); a connection has them if both ends
   * do.
   *
   * @param offered Linux' default is true
   * @return this end
   */
  public HostKernel timestamps(boolean offered) {
    return set("tcp_timestamps", offered ? "1" : "0");
  }

  /**
   * Whether TIME_WAIT outlives an RST ({@code tcp_rfc1337}, RFC 1337).
   *
   * @param outlives Linux' default is false
   * @return this end
   */
  public HostKernel rfc1337(boolean outlives) {
    return set("tcp_rfc1337", outlives ? "1" : "0");
  }

  /**
   * Chooses the congestion control of new connections ({@code tcp_congestion_control}).
   *
   * @param name one of {@code tcp_allowed_congestion_control}, which always has {@code reno}
   * @return this end
   */
  public HostKernel congestionControl(String name) {
    return set("tcp_congestion_control", name);
  }

  /**
   * Makes the route between client and servers asymmetric, and this end check the reverse path
   * strictly ({@code rp_filter} 1, RFC 3704): what arrives is dropped and counted at this end as
   * {@code TcpExt.IPReversePathFilter}. At a server that is what the client sends to {@link
   * Dial#ROUTED}, SYNs first; translated connections come from the router itself and pass. At the
   * client it is whatever the router carries back, SYN-ACKs first. Call it once.
   *
   * @return this end
   */
  public HostKernel filterReversePath() {
    reversePathFilter.run();
    return this;
  }

  /**
   * Reads {@code /proc/net/sockstat}.
   *
   * @return this end's sockets in TIME_WAIT
   */
  public int timeWaits() {
    Matcher line = TIME_WAITS.matcher(Shell.run(enter, "cat /proc/net/sockstat"));
    if (!line.find()) {
      throw new IllegalStateException("/proc/net/sockstat names no TIME_WAIT");
    }
    return Integer.parseInt(line.group(1));
  }

  private synchronized HostKernel set(String name, String value) {
    String file = "/proc/sys/net/ipv4/" + name;
    String was = Shell.run(enter, "cat " + file).strip();
    Shell.run(enter, "echo %s > %s".formatted(value, file));
    before.putIfAbsent(file, was);
    return this;
  }

  synchronized void restore() {
    before.forEach((file, was) -> Shell.run(enter, "echo %s > %s".formatted(was, file)));
    before.clear();
  }
}
