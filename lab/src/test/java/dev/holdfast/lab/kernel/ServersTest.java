package dev.holdfast.lab.kernel;

import static dev.holdfast.lab.kernel.Sockets.connect;
import static dev.holdfast.lab.kernel.Sockets.ping;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.lab.RedisServer;
import java.io.IOException;
import java.net.ConnectException;
import java.net.Socket;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Server processes behind the router. */
@KernelLab(servers = 2)
final class ServersTest {

  /** A balancer's list that names a backend of another service. */
  @Test
  void mustAnswerInAnotherProtocolBehindOneAddress(Network network) throws IOException {
    RedisServer redis = network.redis();
    network.nginx(1, nginx -> nginx.port(redis.port()));
    network.balance();
    Set<String> answers = new HashSet<>();
    for (int i = 0; i < 4; i++) {
      try (Socket socket = connect(Dial.VIRTUAL, redis)) {
        answers.add(ping(socket));
      }
    }
    assertThat(answers).containsExactlyInAnyOrder("+PONG", "HTTP/1.");
  }

  @Test
  void mustCloseItsConnectionsWhenKilled(Network network) throws IOException {
    RedisServer redis = network.redis();
    try (Socket socket = connect(Dial.ROUTED, redis)) {
      ping(socket);
      redis.kill();
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
      assertThatThrownBy(() -> connect(Dial.ROUTED, redis)).isInstanceOf(ConnectException.class);
    }
    redis.restart();
    try (Socket socket = connect(Dial.ROUTED, redis)) {
      assertThat(ping(socket)).isEqualTo("+PONG");
    }
  }
}
