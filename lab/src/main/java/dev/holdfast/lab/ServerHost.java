package dev.holdfast.lab;

import java.util.List;

/**
 * A place for a server other than this JVM's own network: how to start a process there and how to
 * reach it past everything a test puts between client and server.
 *
 * @param address the address this JVM asks for the oracle's answers; the server listens on all of
 *     its own
 * @param enter the words before a command line that run it there, in a process of the same id; for
 *     example {@code nsenter --net=/run/netns/server}
 */
public record ServerHost(String address, List<String> enter) {

  static final ServerHost LOOPBACK = new ServerHost("127.0.0.1", List.of());

  /**
   * Copies the words.
   *
   * @param address where the oracle asks
   * @param enter the words before a command line
   */
  public ServerHost {
    enter = List.copyOf(enter);
  }

  boolean isLoopback() {
    return equals(LOOPBACK);
  }
}
