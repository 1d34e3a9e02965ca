package dev.holdfast.benchmarks.soak;

import static dev.holdfast.diagnosis.Explanation.CLOSED_DURING_CALL;
import static dev.holdfast.diagnosis.Explanation.FAILOVER;
import static dev.holdfast.diagnosis.Explanation.FLOW_FORGOTTEN_RESET;
import static dev.holdfast.diagnosis.Explanation.FLOW_FORGOTTEN_SILENT;
import static dev.holdfast.diagnosis.Explanation.HANDSHAKE_REFUSED;
import static dev.holdfast.diagnosis.Explanation.NOT_LISTENING;
import static dev.holdfast.diagnosis.Explanation.PATH_DARK;
import static dev.holdfast.diagnosis.Explanation.PATH_DIED_AFTER_ACK;
import static dev.holdfast.diagnosis.Explanation.REPLY_PATH_LOST;
import static dev.holdfast.diagnosis.Explanation.RESET_DURING_CALL;
import static dev.holdfast.diagnosis.Explanation.RETIRED;
import static dev.holdfast.diagnosis.Explanation.SEGMENT_LOST;
import static dev.holdfast.diagnosis.Explanation.SERVER_CLOSED;
import static dev.holdfast.diagnosis.Explanation.SERVER_IDLE_TIMEOUT;
import static dev.holdfast.diagnosis.Explanation.SERVER_SLOW;
import static dev.holdfast.diagnosis.Explanation.SYN_LOST;
import static dev.holdfast.diagnosis.Explanation.UNREACHABLE;

import dev.holdfast.diagnosis.Explanation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What the soak injects, with what a diagnosis may name for it: the truth, and what a client cannot
 * tell from it, as {@link dev.holdfast.benchmarks.diagnosis.Fault} states them.
 */
@SuppressWarnings("ImmutableEnumChecker") // injections are method references, the set is a copy
enum SoakFault {
  NONE("none", Injections::none),
  FLUSH_SILENT("flush, silence", Injections::flush, Forgotten.SILENT),
  FLUSH_SILENT_IDLE("flush while idle, silence", Injections::flushWhileIdle, Forgotten.SILENT),
  FLUSH_RESET("flush, RST", Injections::flushWithReset, Forgotten.RESET),
  FLUSH_RESET_IDLE("flush while idle, RST", Injections::flushWithResetWhileIdle, Forgotten.RESET),
  FIN_LOST("FIN lost", Injections::loseFin, Explanation.FIN_LOST, FLOW_FORGOTTEN_RESET),
  REPLIES_LOST(
      "replies lost, then RST",
      Injections::loseRepliesThenReset,
      Closed.RESTARTED,
      REPLY_PATH_LOST,
      FLOW_FORGOTTEN_RESET),
  LOSS("loss of 5 %", Injections::loseSegments, SEGMENT_LOST, SYN_LOST),
  CLIENT_MUTE("client not heard", Injections::muteClient, Dark.PATH),
  SERVERS_MUTE("servers not heard", Injections::muteServers, Dark.PATH, REPLY_PATH_LOST),
  BLACKHOLE("both not heard", Injections::blackhole, Dark.PATH),
  BLACKHOLE_FLUSH(
      "both not heard, then flush",
      Injections::blackholeThenFlush,
      Forgotten.SILENT,
      SYN_LOST,
      UNREACHABLE),
  /** nginx, thawed, closes what it takes for idle before it reads. */
  FROZEN("servers frozen", Injections::freeze, SERVER_SLOW, CLOSED_DURING_CALL, RESET_DURING_CALL),
  REDIS_RESTART("Redis killed, restarted", Injections::restartRedis, Closed.RESTARTED),
  REDIS_LOADING("Redis killed, loading", Injections::restartRedisLoading, Closed.RESTARTED),
  NGINX_RESTART("nginx killed, restarted", Injections::restartNginx, Closed.RESTARTED),
  CLIENT_KILL("CLIENT KILL", Injections::killClients, Closed.BY_SERVER),
  IDLE_TIMEOUT("idle timeout", Injections::timeOutIdle, SERVER_IDLE_TIMEOUT, SERVER_CLOSED),
  SYN_RANDOM("SYN lost at random", Injections::loseSyn, Closed.BY_SERVER, SYN_LOST),
  SYN_ACK_RANDOM("SYN-ACK lost at random", Injections::loseSynAck, Closed.BY_SERVER, SYN_LOST),
  SYN_PINNED("SYN lost by port", Injections::losePinnedSyn, Closed.BY_SERVER, SYN_LOST),
  FEW_PORTS(
      "40 source ports",
      Injections::squeezePorts,
      Closed.BY_SERVER,
      Explanation.PORTS_EXHAUSTED,
      Explanation.STALE_ACK),
  CLIENT_MUTE_1("client not heard for 1 s", stage -> clientMute(stage, 1), Dark.PATH),
  CLIENT_MUTE_2("client not heard for 2 s", stage -> clientMute(stage, 2), Dark.PATH),
  CLIENT_MUTE_3("client not heard for 3 s", stage -> clientMute(stage, 3), Dark.PATH),
  SERVERS_MUTE_1(
      "servers not heard for 1 s", stage -> serversMute(stage, 1), Dark.PATH, REPLY_PATH_LOST),
  SERVERS_MUTE_2(
      "servers not heard for 2 s", stage -> serversMute(stage, 2), Dark.PATH, REPLY_PATH_LOST),
  SERVERS_MUTE_3(
      "servers not heard for 3 s", stage -> serversMute(stage, 3), Dark.PATH, REPLY_PATH_LOST);

  /** One direction, for a time of no choice of its own. */
  private static final Set<SoakFault> DARK =
      EnumSet.range(SoakFault.CLIENT_MUTE_1, SoakFault.SERVERS_MUTE_3);

  private final String label;
  private final Consumer<Stage> injection;
  private final Set<Explanation> stated;

  SoakFault(String label, Consumer<Stage> injection, Explanation... stated) {
    this(label, injection, Set.of(), stated);
  }

  /** nginx closes at its timeout whatever else is wrong, and pools retire what is too old. */
  SoakFault(
      String label, Consumer<Stage> injection, Set<Explanation> group, Explanation... stated) {
    this.label = label;
    this.injection = injection;
    this.stated =
        Stream.of(group.stream(), Stream.of(stated), Stream.of(SERVER_IDLE_TIMEOUT, RETIRED))
            .flatMap(some -> some)
            .collect(Collectors.toUnmodifiableSet());
  }

  private static void clientMute(Stage stage, int seconds) {
    Injections.muteClient(stage, Duration.ofSeconds(seconds));
  }

  private static void serversMute(Stage stage, int seconds) {
    Injections.muteServers(stage, Duration.ofSeconds(seconds));
  }

  /** What random faults are drawn from. */
  static List<SoakFault> drawn() {
    return Arrays.stream(values()).filter(fault -> !DARK.contains(fault)).toList();
  }

  /** Those of {@link #drawn()} that are named, all if none is. */
  static List<SoakFault> drawn(List<String> names) {
    return drawn().stream()
        .filter(fault -> names.isEmpty() || names.contains(fault.option()))
        .toList();
  }

  /** On a command line. */
  String option() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** One direction dark for one, two and three seconds, each so often, the directions in turn. */
  static List<SoakFault> dark(int times) {
    List<SoakFault> faults = new ArrayList<>();
    for (int time = 0; time < times; time++) {
      faults.addAll(
          time % 2 == 0
              ? List.of(CLIENT_MUTE_1, SERVERS_MUTE_2, CLIENT_MUTE_3)
              : List.of(SERVERS_MUTE_1, CLIENT_MUTE_2, SERVERS_MUTE_3));
    }
    return faults;
  }

  String label() {
    return label;
  }

  void inject(Stage stage) {
    try {
      injection.accept(stage);
    } finally {
      stage.quiet().end();
      stage.network().heal();
    }
  }

  /** What a diagnosis may name. */
  Set<Explanation> stated() {
    return stated;
  }

  /** A flush ends many flows at once: a failover, to a client. */
  private static final class Forgotten {
    static final Set<Explanation> SILENT =
        Set.of(FLOW_FORGOTTEN_SILENT, REPLY_PATH_LOST, PATH_DARK, SEGMENT_LOST, FAILOVER);
    static final Set<Explanation> RESET =
        Set.of(
            FLOW_FORGOTTEN_RESET, Explanation.FIN_LOST, RESET_DURING_CALL, SERVER_CLOSED, FAILOVER);
  }

  /**
   * New connects lose their SYNs meanwhile, and nginx, which hears of no request, closes at its
   * timeout what its clients have sent one on: once the request arrives, its host knows the flow no
   * more and resets it.
   */
  private static final class Dark {
    static final Set<Explanation> PATH =
        Set.of(
            PATH_DARK,
            SEGMENT_LOST,
            SYN_LOST,
            UNREACHABLE,
            PATH_DIED_AFTER_ACK,
            CLOSED_DURING_CALL,
            RESET_DURING_CALL,
            FLOW_FORGOTTEN_RESET);
  }

  /** All connections closed at once are a restart, to a client. */
  private static final class Closed {
    static final Set<Explanation> BY_SERVER =
        Set.of(SERVER_CLOSED, CLOSED_DURING_CALL, RESET_DURING_CALL, FAILOVER);
    static final Set<Explanation> RESTARTED =
        Set.of(
            SERVER_CLOSED,
            CLOSED_DURING_CALL,
            RESET_DURING_CALL,
            FAILOVER,
            NOT_LISTENING,
            HANDSHAKE_REFUSED);
  }
}
