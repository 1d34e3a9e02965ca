package dev.holdfast.benchmarks.connect;

import dev.holdfast.dial.ConnectReport;
import dev.holdfast.lab.kernel.Network;
import io.netty.channel.epoll.Epoll;
import java.util.function.Consumer;

/** The clients there are guards for. A contender differs from its rival in the guard only. */
public enum ClientKind {
  /** Lettuce, over the transport it chooses itself. */
  LETTUCE("Lettuce"),
  /** Apache HttpClient 5, classic. */
  HC5("HttpClient 5"),
  /** Reactor Netty's HTTP client, over the transport it chooses itself. */
  REACTOR("Reactor");

  private final String product;

  ClientKind(String product) {
    this.product = product;
  }

  /**
   * The words for people.
   *
   * @return the product and what carries it
   */
  public String label() {
    return switch (this) {
      case LETTUCE -> product + ", " + transport("io.lettuce.core.epoll");
      case HC5 -> product;
      case REACTOR -> product + ", " + transport("reactor.netty.native");
    };
  }

  /** As both choose: native epoll unless it is missing or switched off. */
  private static String transport(String property) {
    boolean wanted = Boolean.parseBoolean(System.getProperty(property, "true"));
    return wanted && Epoll.isAvailable() ? "epoll" : "nio";
  }

  /**
   * @param onConnect hears of a guarded client's connects
   */
  Contender contender(
      Difficulty difficulty, int port, boolean guarded, Consumer<ConnectReport> onConnect) {
    return switch (this) {
      case LETTUCE -> new LettuceContender(difficulty, port, guarded, onConnect);
      case HC5 -> new Hc5Contender(difficulty, port, guarded, onConnect);
      case REACTOR -> new ReactorContender(difficulty, port, guarded, onConnect);
    };
  }

  /** Starts what the client talks to on the network's first server. */
  int serve(Network network) {
    return this == LETTUCE ? network.redis().port() : network.nginx(0, options -> options).port();
  }
}
