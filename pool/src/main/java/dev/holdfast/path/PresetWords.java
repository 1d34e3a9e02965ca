package dev.holdfast.path;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Which name of a path is a preset's, which is one's own, and which is a slip: a name of one's own
 * has to say its idle limit, and may not be one letter away from a preset's.
 */
final class PresetWords {

  private PresetWords() {}

  private static List<String> hops() {
    return Arrays.stream(HopPreset.values()).map(preset -> preset.hop().name()).toList();
  }

  private static List<String> servers() {
    return Arrays.stream(ServerPreset.values()).map(ServerPreset::id).toList();
  }

  /** Whether a hop is a preset's; what is neither that nor one's own is refused. */
  static boolean isHop(String name, boolean declaresIdle) {
    String wanted = PresetNames.plain(name);
    if (hops().contains(wanted)) {
      return true;
    }
    if (servers().contains(wanted) && !declaresIdle) {
      throw Checks.refused(
          "hop",
          "'" + name + "'",
          "a middlebox",
          "it is the name of a server, and the server stands last",
          "write it at the end, aws-nlb -> " + wanted);
    }
    if (declaresIdle) {
      refuseSlip("hop", name, hops());
    }
    return !declaresIdle; // or HopPreset.named says which names there are
  }

  /** The limits of a preset's name, or none of one's own, whose idle timeout is declared. */
  static ServerLimits server(String name, boolean declaresTimeout) {
    String wanted = PresetNames.plain(name);
    Optional<ServerPreset> preset =
        Arrays.stream(ServerPreset.values()).filter(each -> each.id().equals(wanted)).findFirst();
    if (preset.isPresent()) {
      return preset.get().limits();
    }
    if (!declaresTimeout) {
      String known = PresetNames.nearest(wanted, ServerPreset.values(), ServerPreset::id);
      boolean hop = hops().contains(wanted);
      throw Checks.refused(
          "server",
          "'" + name + "'",
          "a preset, or have its idle timeout declared",
          hop ? "it is the name of a hop, and the server stands last" : "nothing is known of it",
          hop
              ? "write the server behind it, " + wanted + " -> redis"
              : "nearest are %s; or write when it closes idle connections, %s:timeout=5m, or that it"
                      .formatted(known, name)
                  + " never does, "
                  + name
                  + ":timeout=none");
    }
    refuseSlip("server", name, servers());
    return ServerLimits.withoutIdleTimeout(name);
  }

  private static void refuseSlip(String what, String name, List<String> known) {
    String wanted = PresetNames.plain(name);
    for (String preset : known) {
      if (PresetNames.isSlip(wanted, preset)) {
        throw Checks.refused(
            what,
            "'" + name + "'",
            "a preset or a name of its own",
            "it is one letter away from '" + preset + "'",
            "write " + preset + ", or a name that differs by more");
      }
    }
  }
}
