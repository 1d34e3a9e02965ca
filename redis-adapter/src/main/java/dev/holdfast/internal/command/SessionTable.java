package dev.holdfast.internal.command;

import dev.holdfast.redis.Residue;
import org.jspecify.annotations.Nullable;

/** What commands leave behind in the session of a connection, for every client. */
public final class SessionTable {

  private SessionTable() {}

  /**
   * What a command that was run leaves behind.
   *
   * @param kind of the command
   * @param word its first argument, see {@link CommandWords}
   * @param second the one after it
   * @return null if nothing
   */
  public static @Nullable Residue residue(CommandKind kind, String word, String second) {
    return switch (kind) {
      case MULTI -> Residue.TRANSACTION;
      case WATCH -> Residue.WATCH;
      case SELECT -> Residue.DATABASE;
      case AUTH, HELLO, RESET -> Residue.IDENTITY;
      case SUBSCRIBE -> Residue.SUBSCRIPTION;
      case MONITOR -> Residue.MONITOR;
      case SETTING, ASKING, STREAM -> Residue.SETTINGS;
      case SCRIPT -> word.equals("DEBUG") && !second.equals("NO") ? Residue.SETTINGS : null;
      case CLIENT ->
          switch (word) {
            case "TRACKING", "CACHING" -> Residue.TRACKING;
            case "REPLY" -> Residue.REPLY_MODE;
            case "SETNAME", "SETINFO", "NO-EVICT", "NO-TOUCH", CommandWords.OPAQUE ->
                Residue.SETTINGS;
            default -> null; // they read, or are about other connections
          };
      default -> null;
    };
  }

  /**
   * Whether what it leaves behind is used up by the command that follows.
   *
   * @param kind of the command
   * @param word its first argument, see {@link CommandWords}
   * @return false for what lasts
   */
  public static boolean isForTheNextOnly(CommandKind kind, String word) {
    return kind == CommandKind.ASKING || (kind == CommandKind.CLIENT && word.equals("CACHING"));
  }
}
