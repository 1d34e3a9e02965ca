package dev.holdfast.redis;

import dev.holdfast.internal.command.CommandKind;
import dev.holdfast.internal.command.CommandWords;
import dev.holdfast.internal.command.SessionTable;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What commands have changed of a session, other than transactions and watched keys. Confined to
 * the event loop.
 */
final class SessionMarks {

  private static final Set<String> REARMED = Set.of("TRACKING", "NO-EVICT", "NO-TOUCH");

  private final EnumSet<Residue> residues = EnumSet.noneOf(Residue.class);
  private String home = "0";
  private boolean pushesApart;

  /** Answers no longer come one for each command, for as long as the connection lives. */
  private boolean strange;

  private boolean subscribed;

  /** Of what holds for the next command only. */
  private @Nullable Residue oneShot;

  /** What the next connection has to be told again, the latest of each. */
  private List<SessionChange> settings = List.of();

  /** A command of the handshake was answered. */
  void shakenHands(SessionChange change) {
    if (change.kind() == CommandKind.SELECT) {
      home = change.word();
    } else if (ServerAnswer.to(change.command()) == ServerAnswer.DONE) {
      speaks(change.word());
    }
  }

  /** From RESP3 on the server's own messages are told apart from answers. */
  private void speaks(String version) {
    if (!version.equals(CommandWords.OPAQUE)) {
      pushesApart = !version.equals("2");
    }
  }

  /** What holds from when it is sent, because no answer will tell: none comes. */
  void handedDown(SessionChange change) {
    if (change.kind() == CommandKind.CLIENT && change.word().equals("REPLY")) {
      if (!change.secondWord().equals("ON")) {
        strange = true;
        residues.add(Residue.REPLY_MODE);
      }
    }
  }

  /**
   * A change was made, or may have been.
   *
   * @param certain the server said so
   */
  void made(SessionChange change, boolean certain) {
    if (change.kind() == CommandKind.SELECT && certain && change.word().equals(home)) {
      residues.remove(Residue.DATABASE);
      return;
    }
    Residue left = residueOf(change);
    if (left != null && SessionTable.isForTheNextOnly(change.kind(), change.word())) {
      oneShot = left;
    } else if (left != null) {
      residues.add(left);
    }
    switch (change.kind()) {
      case HELLO -> speaks(change.word());
      case SUBSCRIBE -> subscribed = true;
      case CLIENT -> {
        if (certain && REARMED.contains(change.word())) {
          set(change);
        }
      }
      case MONITOR, STREAM -> strange = true;
      case SCRIPT -> strange |= left != null;
      default -> {}
    }
  }

  private void set(SessionChange change) {
    List<SessionChange> others = new ArrayList<>(settings);
    others.removeIf(known -> known.word().equals(change.word()));
    if (change.secondWord().equals("ON")) {
      others.add(change);
    }
    settings = List.copyOf(others);
  }

  List<SessionChange> settings() {
    return settings;
  }

  /** What such a change leaves behind; null if nothing. */
  @Nullable Residue residueOf(SessionChange change) {
    return SessionTable.residue(change.kind(), change.word(), change.secondWord());
  }

  /** {@code RESET}: as a new connection is before its handshake. */
  void reset() {
    residues.clear();
    residues.add(Residue.IDENTITY);
    subscribed = false;
    oneShot = null;
    pushesApart = false;
    settings = List.of();
  }

  /**
   * The command that was treated as no other will be is on its way.
   *
   * @return whether there was anything to use up
   */
  boolean oneShotUsed() {
    boolean used = oneShot != null;
    oneShot = null;
    return used;
  }

  /** Whether the server sends answers only, or marks what else it sends. */
  boolean answersOnly() {
    return !strange && (pushesApart || !subscribed);
  }

  /** Whether the server may have something to say unasked. */
  boolean listens() {
    return residues.contains(Residue.SUBSCRIPTION)
        || residues.contains(Residue.TRACKING)
        || residues.contains(Residue.MONITOR);
  }

  /** Whether one answer comes for each command, and means what it says. */
  boolean answersAsUsual() {
    return answersOnly() && oneShot == null;
  }

  boolean none() {
    return residues.isEmpty() && answersAsUsual();
  }

  void forgetIdentity() {
    residues.remove(Residue.IDENTITY);
  }

  EnumSet<Residue> residues() {
    EnumSet<Residue> all = EnumSet.copyOf(residues);
    if (oneShot != null) {
      all.add(oneShot);
    }
    return all;
  }
}
