package dev.holdfast.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What is certain of requests on their way when the peer closes. */
final class SendLedgerTest {

  private static final int HANDSHAKE = 40;

  private final EmbeddedChannel channel = new EmbeddedChannel();

  private SendLedger sent(List<Integer> sizes) {
    SendLedger ledger = new SendLedger(channel, failure -> {});
    ledger.inspect(channel.pipeline());
    ledger.wrote(HANDSHAKE);
    for (int size : sizes) {
      request(ledger, size);
    }
    return ledger;
  }

  private static void request(SendLedger ledger, int... buffers) {
    ledger.handDown();
    for (int size : buffers) {
      ledger.wrote(size);
    }
    ledger.handedDown();
    ledger.trySuccess();
  }

  /** Requests of which so many bytes are not the whole. */
  private static int beyond(List<Integer> sizes, long arrived) {
    long end = HANDSHAKE;
    for (int whole = 0; whole < sizes.size(); whole++) {
      end += sizes.get(whole);
      if (end > arrived) {
        return sizes.size() - whole;
      }
    }
    return 0;
  }

  private static long unreached(SendLedger ledger, long acknowledged) {
    ledger.peerClosed(acknowledged);
    return ledger.unsent();
  }

  @Test
  void mustCountOnlyRequestsThatDidNotArriveWhole() {
    Random random = new Random(20);
    for (int story = 0; story < 20_000; story++) {
      List<Integer> sizes =
          random
              .ints(random.nextInt(14), 14, random.nextInt(5) == 0 ? 90_000 : 60)
              .boxed()
              .toList();
      long all = HANDSHAKE + sizes.stream().mapToLong(Integer::longValue).sum();
      long arrived = HANDSHAKE + (long) (random.nextDouble() * (all - HANDSHAKE + 1));
      long told = unreached(sent(sizes), arrived + 1);
      long beyond = beyond(sizes, arrived);
      assertThat(told).as("%s, %d arrived", sizes, arrived).isLessThanOrEqualTo(beyond);
      if (beyond <= 8 && sizes.stream().allMatch(size -> size < 0xFFFF)) {
        assertThat(told).as("%s, %d arrived", sizes, arrived).isEqualTo(beyond(sizes, arrived + 1));
      }
    }
  }

  @Test
  void mustSayNothingWhereNothingIsKnownOfWhatArrived() {
    assertThat(unreached(sent(List.of(20, 20)), 0)).isZero();
  }

  @Test
  void mustSayNothingOnceBytesWentThatAreNoRequests() {
    SendLedger ledger = sent(List.of(20, 20));
    ledger.wrote(20);
    request(ledger, 20);
    assertThat(unreached(ledger, HANDSHAKE)).isZero();
  }

  @Test
  void mustSayNothingOnceARequestWentInTwoPieces() {
    SendLedger ledger = sent(List.of(20));
    request(ledger, 10, 10);
    assertThat(unreached(ledger, HANDSHAKE)).isZero();
  }

  @Test
  void mustNotCountARequestWhoseCallerHadGoneBeforeItWasWritten() {
    SendLedger ledger = sent(List.of(20, 20));
    request(ledger);
    assertThat(unreached(ledger, HANDSHAKE)).isEqualTo(2);
  }
}
