package dev.holdfast.internal.wire;

import dev.holdfast.internal.wire.WireProbe.KeepAliveSettings;
import java.time.Duration;

/** One connection whose kernel can be made to ask the peer's, and to repeat itself steadily. */
public interface KernelPing {

  /**
   * Its keepalive, for whoever has the kernel ask.
   *
   * @return always the same
   */
  LentKeepAlive lent();

  /**
   * Makes the kernel probe the peer; see {@link WireProbe#poke}.
   *
   * @param count unanswered probes after which the kernel closes the connection, at least 2
   * @return whether the kernel was asked
   * @throws IllegalArgumentException if {@code count} is below 2
   */
  boolean poke(int count);

  /**
   * Reads the keepalive settings in force.
   *
   * @return {@link KeepAliveSettings#UNKNOWN} of a closed connection, or where the kernel cannot be
   *     asked
   */
  KeepAliveSettings keepAlive();

  /**
   * Puts keepalive settings back. Without effect on a closed connection: its descriptor may be
   * another's by now.
   *
   * @param settings what {@link #keepAlive()} read; {@link KeepAliveSettings#UNKNOWN} changes
   *     nothing
   */
  void restore(KeepAliveSettings settings);

  /**
   * From now on the first six timeouts of a connection with fewer than four segments outstanding
   * come one base timeout after another instead of doubling ({@code TCP_THIN_LINEAR_TIMEOUTS},
   * Linux' {@code Documentation/networking/tcp-thin.rst}): a request lost by chance is repeated
   * sooner, and a silent path is asked more often. Without effect where the kernel refuses, and
   * with a congestion control that keeps no slow start threshold, as BBR ({@code
   * tcp_stream_is_thin}).
   */
  void repeatSteadily();

  /**
   * From now on what is not acknowledged is repeated after so long at the latest, however often it
   * was before ({@code TCP_RTO_MAX_MS}): after a path was dark for seconds nothing waits as long
   * again for its turn. Without effect before Linux 6.15, and where no {@code TCP_USER_TIMEOUT} is
   * set: there the number of repetitions ends the connection ({@code net.ipv4.tcp_retries2}).
   *
   * @param most whole milliseconds, at least a second and above the base timeout
   */
  default void repeatWithin(Duration most) {}
}
