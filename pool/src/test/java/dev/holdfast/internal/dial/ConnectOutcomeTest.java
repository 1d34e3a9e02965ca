package dev.holdfast.internal.dial;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.gate.ConnectOutcome;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import org.junit.jupiter.api.Test;

/** Netty's epoll throws ConnectException for whatever the kernel says. */
final class ConnectOutcomeTest {

  @Test
  void mustTellARefusalFromExhaustedPortsAndMissingRoutes() {
    assertThat(ConnectOutcome.of(new ConnectException("Connection refused: /10.0.0.1:1")))
        .isEqualTo(ConnectOutcome.REFUSED);
    String noPort = "connect(..) failed with error(-99): Cannot assign requested address";
    assertThat(ConnectOutcome.of(new ConnectException(noPort)))
        .isEqualTo(ConnectOutcome.NO_LOCAL_PORT);
    assertThat(ConnectOutcome.of(new BindException("Cannot assign requested address")))
        .isEqualTo(ConnectOutcome.NO_LOCAL_PORT);
    String noRoute = "finishConnect(..) failed with error(-113): No route to host";
    assertThat(ConnectOutcome.of(new ConnectException(noRoute)))
        .isEqualTo(ConnectOutcome.UNREACHABLE);
    assertThat(ConnectOutcome.of(new NoRouteToHostException()))
        .isEqualTo(ConnectOutcome.UNREACHABLE);
    assertThat(ConnectOutcome.of(new IOException("closed"))).isEqualTo(ConnectOutcome.FAILED);
  }
}
