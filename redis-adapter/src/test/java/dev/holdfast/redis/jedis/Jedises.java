package dev.holdfast.redis.jedis;

import java.util.Arrays;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Connection;
import redis.clients.jedis.Protocol.Command;

/** Commands by their words. */
final class Jedises {

  private Jedises() {}

  /** Sends a command, and reads its answer. */
  static Object ask(Connection connection, String... words) {
    return connection.executeCommand(command(words));
  }

  static void send(Connection connection, String... words) {
    connection.sendCommand(command(words));
  }

  static CommandArguments command(String... words) {
    CommandArguments args = new CommandArguments(Command.valueOf(words[0]));
    Arrays.stream(words).skip(1).forEach(args::add);
    return args;
  }
}
