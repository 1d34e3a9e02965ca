package dev.holdfast.internal.command;

import dev.holdfast.retry.BackOff;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What Redis says when it has not run a command and would run it later, or elsewhere. All of these
 * come from where it looks a command up, before that begins ({@code processCommand} in {@code
 * server.c}).
 */
public enum Decline {
  /** It reads its data set. */
  LOADING("Redis is loading the dataset in memory|Valkey is loading the dataset in memory"),
  /** A replica that lost its master and may not serve what it has. */
  MASTERDOWN("Link with MASTER is down and (replica|slave)-serve-stale-data is set to 'no'\\."),
  /** A script or a module runs for too long. */
  BUSY("(Redis|Valkey) is busy running a (script|module command).*"),
  /** Too few of its nodes agree, or nobody has the slot. */
  CLUSTERDOWN("(The cluster is down|Hash slot not served).*"),
  /** The keys of the command are on their way from one node to another. */
  TRYAGAIN("Multiple keys request during rehashing of slot"),
  /** A replica: the primary is elsewhere by now. */
  READONLY("You can't write against a read only (replica|slave)\\.");

  /**
   * Between attempts. Redis loads some 100 MB a second; a second at most is lost when it is
   * through.
   */
  public static final BackOff WAITS =
      new BackOff(Duration.ofMillis(20), Duration.ofSeconds(1), 2, 0.5);

  /** An error that a script meets, or makes up, may follow what it has done. */
  private static final Set<String> SCRIPTS =
      Set.of("EVAL", "EVALSHA", "EVAL_RO", "EVALSHA_RO", "FCALL", "FCALL_RO");

  private static final Decline[] ALL = values();

  private final String onTheWire;
  private final String code;
  private final Pattern words;

  Decline(String words) {
    this.code = name() + " ";
    this.onTheWire = "-" + code;
    this.words = Pattern.compile(code + "(" + words + ")");
  }

  /**
   * The value for meter tags.
   *
   * @return the code in lower case
   */
  public String tag() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * Whether a reply that begins here is one of these, as far as it has come.
   *
   * @param reply left as it is
   * @return false if it is none
   */
  public static boolean mayBegin(ByteBuf reply) {
    if (!reply.isReadable() || reply.getByte(reply.readerIndex()) != '-') {
      return false;
    }
    for (Decline each : ALL) {
      if (each.agrees(reply)) {
        return true;
      }
    }
    return false;
  }

  private boolean agrees(ByteBuf reply) {
    int known = Math.min(reply.readableBytes(), onTheWire.length());
    for (int i = 1; i < known; i++) {
      if (reply.getByte(reply.readerIndex() + i) != onTheWire.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  /**
   * What the server answered, if it was one of these and certainly ran nothing. By its code for a
   * command of Redis' own; a script or a module's command may end in such an error having done
   * something, so there all of its words have to be those of Redis' refusal.
   *
   * @param error with its code first
   * @param command its name, in upper case
   * @param known whether the client has a name for the command
   * @return null if it was none of these
   */
  public static @Nullable Decline of(String error, String command, boolean known) {
    for (Decline each : ALL) {
      if (error.startsWith(each.code)) {
        boolean own = known && !SCRIPTS.contains(command) && command.indexOf('.') < 0; // a module's
        return own || each.words.matcher(error).matches() ? each : null;
      }
    }
    return null;
  }
}
