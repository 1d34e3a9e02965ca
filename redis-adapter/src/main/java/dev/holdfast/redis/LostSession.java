package dev.holdfast.redis;

import io.lettuce.core.protocol.CommandArgs;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a lost connection's session had that the next one has not by itself.
 *
 * @param settings made by {@code CLIENT} commands, in their order, the latest of each
 * @param residues all that was changed
 * @param listened whether its server may have had something to say unasked
 * @param silentSince the latest moment from which nothing that it said can have been missed before
 */
record LostSession(
    List<Setting> settings, Set<Residue> residues, boolean listened, Instant silentSince) {

  /**
   * One of them. The command itself is not kept: it may lead to the connection, which would then
   * never be unreachable.
   */
  record Setting(String word, CommandArgs<?, ?> args) {

    static Setting of(SessionChange made) {
      return new Setting(made.word(), Objects.requireNonNull(made.command().getArgs()));
    }

    /** For people. */
    String name() {
      return "CLIENT " + word;
    }
  }

  /** Of a channel that has ended; null if there is nothing that anybody could miss. */
  static @Nullable LostSession of(GuardedChannel guarded) {
    EnumSet<Residue> residues = guarded.session().lasting();
    if (residues.isEmpty()) {
      return null;
    }
    Instant silentSince = Instant.now().minusNanos(guarded.unheardNanos(System.nanoTime()));
    return new LostSession(
        guarded.session().settings().stream().map(Setting::of).toList(),
        residues,
        guarded.session().listens(),
        silentSince);
  }

  /** The same, where the connection between had not got it back. */
  LostSession after(LostSession earlier) {
    List<Setting> all = new ArrayList<>(earlier.settings);
    for (Setting later : settings) {
      all.removeIf(known -> known.word().equals(later.word()));
      all.add(later);
    }
    Set<Residue> both = EnumSet.copyOf(earlier.residues);
    both.addAll(residues);
    return new LostSession(
        List.copyOf(all), both, listened || earlier.listened, earlier.silentSince);
  }

  /** What neither Lettuce nor the guard makes again. */
  List<String> beyondRepair() {
    List<String> lost = new ArrayList<>();
    for (Residue residue : residues) {
      if (residue == Residue.MONITOR || residue == Residue.REPLY_MODE) {
        lost.add(residue.text());
      }
    }
    return lost;
  }
}
