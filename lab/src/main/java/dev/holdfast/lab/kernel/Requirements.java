package dev.holdfast.lab.kernel;

import com.sun.jna.LastErrorException;
import java.util.List;
import java.util.Optional;

/** What this machine lacks for the kernel lab. Found out once for each JVM. */
final class Requirements {

  /** Everything the networks use that a kernel may lack or forbid, in a namespace thrown away. */
  private static final String TRIAL =
      """
      nft add table ip trial
      nft add chain ip trial faults '{ type filter hook prerouting priority raw; }'
      nft add rule ip trial faults notrack
      nft add rule ip trial faults numgen random mod 100 '<' 50 drop
      nft add chain ip trial answered '{ type filter hook prerouting priority mangle; }'
      nft add rule ip trial answered ct state invalid tcp flags '&' rst == 0 reject with tcp reset
      nft add chain ip trial nat '{ type nat hook prerouting priority dstnat; }'
      nft add rule ip trial nat ip daddr 10.77.1.1 dnat to 10.77.10.2
      nft add chain ip trial masked '{ type nat hook postrouting priority srcnat; }'
      nft add rule ip trial masked ip protocol tcp masquerade to :30000-30001
      nft add chain ip trial carry '{ type filter hook forward priority filter; }'
      nft add rule ip trial carry ct state invalid counter drop
      conntrack -L
      echo 60 > /proc/sys/net/netfilter/nf_conntrack_tcp_timeout_established
      ip link add trial0 type veth peer name trial1
      """;

  private static final class Found {
    static final Optional<String> MISSING = look();
  }

  private Requirements() {}

  /** One line naming what is missing; empty if the lab can run. */
  static Optional<String> missing() {
    return Found.MISSING;
  }

  private static Optional<String> look() {
    // Nothing may be built in a network that is not this JVM's own.
    if (!"1".equals(System.getenv("HOLDFAST_LAB_INSIDE"))) {
      String reason = System.getenv("HOLDFAST_LAB_MISSING");
      return Optional.of(
          reason == null ? "this JVM was not started by lab/bin/java, the lab's launcher" : reason);
    }
    try {
      Shell.run(List.of("unshare", "--net"), TRIAL);
      new PacketSocket("lo").close();
      return Optional.empty();
    } catch (LastErrorException | LinkageError refused) {
      return Optional.of("no packet sockets: " + refused.getMessage());
    } catch (IllegalStateException refused) {
      return Optional.of("the kernel refuses a part of it: " + refused.getMessage());
    }
  }
}
