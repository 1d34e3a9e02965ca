package dev.holdfast.http.apache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.internal.dial.SilentDialException;
import dev.holdfast.internal.socket.AddressRounds;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;
import org.junit.jupiter.api.Test;

/** How long a connect over several addresses may take: never longer than without a guard. */
final class AddressRoundsTest {

  private static final long TIMEOUT = Duration.ofSeconds(1).toNanos();
  private static final long DELAY = Duration.ofMillis(40).toNanos();

  private static final InetSocketAddress SILENT = new InetSocketAddress("127.0.0.2", 80);
  private static final InetSocketAddress SILENT_TOO = new InetSocketAddress("127.0.0.3", 80);
  private static final InetSocketAddress REFUSING = new InetSocketAddress("127.0.0.4", 80);

  private record Dial(InetSocketAddress address, boolean more, long timeoutNanos) {}

  private final List<Dial> dials = new ArrayList<>();

  private void connect(long timeoutNanos, InetSocketAddress... addresses) throws IOException {
    new AddressRounds(
            new Addresses(SystemDefaultDnsResolver.INSTANCE).memory(), () -> false, timeoutNanos)
        .connect(List.of(addresses), this::dial);
  }

  private void dial(InetSocketAddress address, boolean more, long timeoutNanos) throws IOException {
    dials.add(new Dial(address, more, timeoutNanos));
    if (!Set.of(SILENT, SILENT_TOO).contains(address)) {
      throw new ConnectException("Connection refused");
    }
    long until = System.nanoTime() + DELAY;
    while (System.nanoTime() - until < 0) {
      LockSupport.parkNanos(until - System.nanoTime());
    }
    throw more ? new SilentDialException() : new SocketTimeoutException("timed out");
  }

  @Test
  void mustGiveASilentAddressNoMoreThanItsTimeoutInAll() {
    assertThatThrownBy(() -> connect(TIMEOUT, SILENT, REFUSING))
        .isInstanceOf(SocketTimeoutException.class);
    assertThat(dials).extracting(Dial::address).containsExactly(SILENT, REFUSING, SILENT);
    assertThat(dials).extracting(Dial::more).containsExactly(true, true, false);
    assertThat(dials.get(2).timeoutNanos()).isBetween(1L, TIMEOUT - DELAY);
  }

  @Test
  void mustShareAmongSilentAddressesWhatEachOfThemHadLeft() {
    assertThatThrownBy(() -> connect(TIMEOUT, SILENT, SILENT_TOO))
        .isInstanceOf(SocketTimeoutException.class);
    assertThat(dials)
        .extracting(Dial::address)
        .containsExactly(SILENT, SILENT_TOO, SILENT, SILENT_TOO);
    assertThat(dials.get(3).timeoutNanos()).isBetween(1L, TIMEOUT);
  }

  /** Nobody follows it, and nobody is waited for. */
  @Test
  void mustLeaveTheLastAddressAloneIfAllOthersWereRefused() {
    assertThatThrownBy(() -> connect(TIMEOUT, REFUSING, SILENT))
        .isInstanceOf(SocketTimeoutException.class);
    assertThat(dials)
        .containsExactly(new Dial(REFUSING, true, TIMEOUT), new Dial(SILENT, false, TIMEOUT));
  }

  @Test
  void mustDialAgainWithoutALimitWhereTheUserHasNone() {
    assertThatThrownBy(() -> connect(0, SILENT, REFUSING))
        .isInstanceOf(SocketTimeoutException.class);
    assertThat(dials).extracting(Dial::timeoutNanos).containsExactly(0L, 0L, 0L);
  }
}
