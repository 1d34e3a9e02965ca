package dev.holdfast.redis;

import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.ProtocolKeyword;
import io.lettuce.core.protocol.RedisCommand;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the commands of a pooled connection leave on the server, noted as they pass. Written by the
 * event loop, before the command's answer can reach its caller; read by whoever returns the
 * connection, who therefore sees all that was answered to him.
 */
final class ResidueBook {

  /** What a command may leave or take away, by its name alone. */
  private enum Effect {
    NONE,
    OPENS_TRANSACTION,
    ENDS_TRANSACTION,
    WATCHES,
    UNWATCHES,
    SELECTS,
    CLIENT,
    SUBSCRIBES,
    MONITORS,
    IDENTIFIES,
    SETS
  }

  private static final EnumMap<CommandType, Effect> BY_TYPE = new EnumMap<>(CommandType.class);

  static {
    for (CommandType type : CommandType.values()) {
      BY_TYPE.put(type, named(type.toString()));
    }
  }

  private String home = "0";

  /** Never changed in place. */
  private volatile Set<Residue> marks = EnumSet.noneOf(Residue.class);

  /** A command of the handshake: it says where the connection is at home. */
  void shakenHands(RedisCommand<?, ?, ?> command) {
    if (effect(command) == Effect.SELECTS) {
      home = CommandWords.of(command).first();
    }
  }

  /** A command of the borrower is on its way. */
  void handedDown(RedisCommand<?, ?, ?> command) {
    Effect effect = effect(command);
    switch (effect) {
      case NONE -> {}
      case OPENS_TRANSACTION -> mark(Residue.TRANSACTION);
      case ENDS_TRANSACTION -> {
        clear(Residue.TRANSACTION);
        clear(Residue.WATCH);
      }
      case WATCHES -> mark(Residue.WATCH);
      case UNWATCHES -> clear(Residue.WATCH);
      case SELECTS -> {
        if (CommandWords.of(command).first().equals(home)) {
          clear(Residue.DATABASE);
        } else {
          mark(Residue.DATABASE);
        }
      }
      case SUBSCRIBES -> mark(Residue.SUBSCRIPTION);
      case MONITORS -> mark(Residue.MONITOR);
      case IDENTIFIES -> mark(Residue.IDENTITY);
      case SETS -> mark(Residue.SETTINGS);
      case CLIENT -> client(CommandWords.of(command).first());
    }
  }

  private void client(String subcommand) {
    switch (subcommand) {
      case "TRACKING", "CACHING" -> mark(Residue.TRACKING);
      case "REPLY" -> mark(Residue.REPLY_MODE);
      case "SETNAME", "SETINFO", "NO-EVICT", "NO-TOUCH" -> mark(Residue.SETTINGS);
      default -> {} // they read, or are about other connections
    }
  }

  /** One writer at a time: the event loop that carries the connection. */
  private void mark(Residue residue) {
    if (!marks.contains(residue)) {
      EnumSet<Residue> more = EnumSet.of(residue);
      more.addAll(marks);
      marks = more;
    }
  }

  private void clear(Residue residue) {
    if (marks.contains(residue)) {
      EnumSet<Residue> fewer = EnumSet.copyOf(marks);
      fewer.remove(residue);
      marks = fewer;
    }
  }

  /** The first there is; null if none. Any thread. */
  @Nullable Residue left() {
    Set<Residue> now = marks;
    return now.isEmpty() ? null : now.iterator().next();
  }

  private static Effect effect(RedisCommand<?, ?, ?> command) {
    ProtocolKeyword type = command.getType();
    Effect known = type instanceof CommandType ? BY_TYPE.get(type) : null;
    return known != null ? known : named(type.toString().toUpperCase(Locale.ROOT));
  }

  private static Effect named(String name) {
    return switch (name) {
      case "MULTI" -> Effect.OPENS_TRANSACTION;
      case "EXEC", "DISCARD" -> Effect.ENDS_TRANSACTION;
      case "WATCH" -> Effect.WATCHES;
      case "UNWATCH" -> Effect.UNWATCHES;
      case "SELECT" -> Effect.SELECTS;
      case "CLIENT" -> Effect.CLIENT;
      case "SUBSCRIBE", "PSUBSCRIBE", "SSUBSCRIBE" -> Effect.SUBSCRIBES;
      case "MONITOR" -> Effect.MONITORS;
      case "AUTH", "HELLO", "RESET" -> Effect.IDENTIFIES;
      case "READONLY", "READWRITE", "ASKING", "SYNC", "PSYNC", "REPLCONF" -> Effect.SETS;
      default -> Effect.NONE;
    };
  }
}
