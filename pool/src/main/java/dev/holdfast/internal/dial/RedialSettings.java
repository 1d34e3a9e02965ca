package dev.holdfast.internal.dial;

import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How connects of one client dial. Immutable.
 *
 * @param redials how many dials may follow the first while nothing answers; 0 switches every kind
 *     of redial off, and the first reply is not checked
 * @param balanced whether another dial may reach another server: then a refused one is dialled
 *     again, at most twice, and so is one that its server hangs up in place of a first reply
 * @param firstReply what every server must answer before a connection over a balancer counts; null
 *     to take a connect for proof. Not asked over TLS, whose handshake proves the server
 * @param sourceAddresses local addresses to dial from in turn, where the client binds none itself;
 *     empty leaves the choice to the kernel. Only those of the remote's family are used
 */
public record RedialSettings(
    int redials,
    boolean balanced,
    @Nullable FirstReply firstReply,
    List<InetAddress> sourceAddresses) {

  /**
   * Copies the list.
   *
   * @param redials how many dials may follow the first
   * @param balanced whether another dial may reach another server
   * @param firstReply what every server must answer
   * @param sourceAddresses local addresses to dial from
   * @throws IllegalArgumentException if {@code redials} is negative
   */
  public RedialSettings {
    if (redials < 0) {
      throw new IllegalArgumentException(
          "redials "
              + redials
              + " is negative: a connect dials once at least. Fix: use 6, the default, or 0 to switch"
              + " them off");
    }
    sourceAddresses = List.copyOf(sourceAddresses);
  }

  /**
   * The same over another path.
   *
   * @param balances whether another dial over it may reach another server
   * @return the settings
   */
  public RedialSettings onPath(boolean balances) {
    return new RedialSettings(redials, balances, firstReply, sourceAddresses);
  }

  /**
   * Six redials, no balancer, any source address.
   *
   * @return the defaults
   */
  public static RedialSettings ofDefaults() {
    return new RedialSettings(RedialSchedule.DEFAULT_REDIALS, false, null, List.of());
  }
}
